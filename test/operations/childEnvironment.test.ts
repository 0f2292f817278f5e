import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { childEnvironment } from "../../operations/childEnvironment";
import { projectDirectory } from "../../operations/stackFile";

/** The CLI's own callers: it alone needs what opens a stack. */
const callersOfTheCli = ["engine.ts", "pulumiCli.ts", "rehearse/engine.ts"];

const starts = /^(spawn|spawnSync|exec|execSync|execFile|execFileSync|fork)$/;

function sourceFiles(): string[] {
  const folder = join(projectDirectory, "operations");
  return readdirSync(folder, { recursive: true, encoding: "utf8" }).filter(
    (file) => file.endsWith(".ts") && !callersOfTheCli.includes(file),
  );
}

/** Calls in a file that start a program and do not say with which environment. */
function callsWithoutEnvironment(file: string): string[] {
  const text = readFileSync(join(projectDirectory, "operations", file), "utf8");
  if (!text.includes('"node:child_process"')) return [];
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.ES2023, true);
  const promised = /const (\w+) = promisify\(execFile\)/.exec(text)?.[1];
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && ts.isIdentifier(node.expression)) {
      const name = node.expression.text;
      const isStart = starts.test(name) || name === promised;
      // Options that have a name of their own are said before the call.
      const said = node.arguments.map((one) => one.getText()).join(" ");
      const isSaid = said.includes("childEnvironment(") || /\boptions\b/.test(said);
      if (isStart && !isSaid) {
        const { line } = source.getLineAndCharacterOfPosition(node.getStart());
        found.push(`operations/${file}:${line + 1}: ${name}`);
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  if (found.length === 0 && !text.includes("childEnvironment(")) found.push(`operations/${file}`);
  return found;
}

describe("the environment of programs that are started", () => {
  it("has no key of the stack, and all else", () => {
    const own = {
      PATH: "/bin",
      HOME: "/home/me",
      AWS_PROFILE: "home",
      PULUMI_CONFIG_PASSPHRASE: "a",
      PULUMI_CONFIG_PASSPHRASE_FILE: "b",
      PULUMI_ACCESS_TOKEN: "c",
      BRAMBLE_NEW_PASSPHRASE: "d",
      SOPS_AGE_KEY: "e",
    };
    assert.deepEqual(childEnvironment({ LC_ALL: "C" }, own), {
      ...{ PATH: "/bin", HOME: "/home/me", AWS_PROFILE: "home", LC_ALL: "C" },
    });
  });

  it("is said wherever an operator's command starts one, the CLI excepted", () => {
    assert.deepEqual(sourceFiles().flatMap(callsWithoutEnvironment), []);
  });
});
