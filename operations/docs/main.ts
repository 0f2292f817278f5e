import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readArguments, runCommand } from "../arguments";
import { projectDirectory } from "../stackFile";
import { configurationPage } from "./configuration";
import { policyPage } from "./policy";
import { projectFile } from "./projectFile";
import { secretsPage } from "./secrets";

/** Writes a file unless it holds the text already; tells which. */
function write(name: string, text: string): void {
  const path = join(projectDirectory, name);
  let before: string | undefined;
  try {
    before = readFileSync(path, "utf8");
  } catch {
    before = undefined;
  }
  if (before !== text) writeFileSync(path, text);
  process.stdout.write(`${name}: ${before === text ? "unchanged" : "written"}\n`);
}

runCommand((argv) => {
  const { words } = readArguments(argv, {});
  if (words.length > 0) throw new Error("usage: npm run docs");
  write("docs/configuration.md", configurationPage());
  write("docs/policy.md", policyPage());
  write("docs/secrets.md", secretsPage(["local", "staging", "production"]));
  write("Pulumi.yaml", projectFile(readFileSync(join(projectDirectory, "Pulumi.yaml"), "utf8")));
  return Promise.resolve(0);
});
