import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readArguments, runCommand } from "../../../operations/arguments";
import { projectDirectory } from "../../../operations/stackFile";
import { alertToolsTrouble, buildAlertTools } from "../../alertTools";
import { measureAlerts } from "./measure";
import { renderAlertBench } from "./report";

runCommand(async (argv) => {
  const { words } = readArguments(argv, {});
  const trouble = alertToolsTrouble();
  if (words.length > 0) throw new Error("usage: npm run bench -- alerts");
  if (trouble !== undefined) throw new Error(trouble);
  const say = (line: string) => process.stderr.write(`${line}\n`);
  await buildAlertTools(say);
  say("bringing conditions about and waiting for their messages: about five minutes");
  const text = renderAlertBench(await measureAlerts());
  const folder = join(projectDirectory, "docs", "benchmarks");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "alerts.md"), text);
  process.stdout.write(text);
  return 0;
});
