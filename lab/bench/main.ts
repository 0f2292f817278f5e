import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readArguments, runCommand } from "../../operations/arguments";
import { projectDirectory } from "../../operations/stackFile";
import { choose } from "../choices";
import { down, inside, requirements, up } from "../hosts";
import { chosenK3s, prepareForRealK3s } from "../k3s";
import { labHostSpecs } from "../settings";
import type { BenchRequest, BenchResult } from "./measure";
import { renderBench } from "./report";

const lab = "bramble-bench";
const usage = "usage: npm run bench -- hosts [--engine auto|pulumi|in-process]";

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Runs the measured part inside the lab's network, as a person's command would be. */
function runInside(request: BenchRequest): Promise<BenchResult> {
  const program = [process.execPath, ...process.execArgv, join(__dirname, "run.ts")];
  const [file = "", ...args] = inside(lab, program);
  const child = spawn(file, args, { cwd: projectDirectory, stdio: ["pipe", "pipe", "inherit"] });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
  child.stdin.on("error", () => undefined).end(JSON.stringify(request));
  return new Promise((resolve, reject) => {
    child.once("error", reject).once("close", (code) => {
      if (code === 0) resolve(JSON.parse(output) as BenchResult);
      else reject(new Error(`the measured run ended with code ${String(code)}: see above`));
    });
  });
}

runCommand(async (argv) => {
  const { words, options } = readArguments(argv, {
    engine: { type: "string" },
    keep: { type: "boolean" },
  });
  const trouble = requirements();
  if (words.length > 0) throw new Error(usage);
  if (trouble !== undefined) throw new Error(trouble);
  const wished = options["engine"] ?? "auto";
  if (wished !== "auto" && wished !== "pulumi" && wished !== "in-process") throw new Error(usage);
  const k3s = await chosenK3s(say);
  const { engine } = await choose({ engine: wished, k3s: "stand-in", mirror: undefined });
  const specs = labHostSpecs();
  await down(lab);
  try {
    say(`four blank hosts, k3s ${k3s.version}${k3s.real ? "" : " (stand-in)"}, engine ${engine}`);
    const hosts = await up(lab, specs);
    if (k3s.real) {
      const names = specs.map(({ name }) => name);
      await prepareForRealK3s(lab, names, k3s, say, names.slice(3));
    }
    const { version, directory, sha256 } = k3s;
    const result = await runInside({
      ...{ lab, engine, hosts },
      k3s: { version, directory, ...(sha256 === undefined ? {} : { sha256 }) },
    });
    const text = renderBench({ result, engine, k3s: { version, real: k3s.real } });
    const folder = join(projectDirectory, "docs", "benchmarks");
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "hosts.md"), text);
    process.stdout.write(text);
    return 0;
  } finally {
    if (options["keep"] !== true) await down(lab);
  }
});
