import { print, readArguments, runCommand } from "../arguments";
import { projectDirectory } from "../stackFile";
import { scanExceptions } from "./exceptions";
import { needless, renderScan, type ScanScope } from "./report";
import { scan } from "./scan";
import { hasHistory, historySources, stagedSources, treeSources } from "./sources";

const usage = [
  "usage: npm run scan                 the files of the project",
  "       npm run scan -- --staged     what the next commit would bring",
  "       npm run scan -- --history    whatever any branch or tag ever held",
].join("\n");

const sources = { tree: treeSources, staged: stagedSources, history: historySources };

runCommand(async (argv) => {
  const { words, options } = readArguments(argv, {
    staged: { type: "boolean" },
    history: { type: "boolean" },
    directory: { type: "string" },
  });
  const { staged = false, history = false, directory = projectDirectory } = options;
  if (words.length > 0 || (staged === true && history === true)) throw new Error(usage);
  const scope: ScanScope = staged === true ? "staged" : history === true ? "history" : "tree";
  const folder = String(directory);
  if (scope === "history" && !hasHistory(folder)) {
    throw new Error("this is no whole copy of a Git repository: run git fetch --unshallow");
  }
  const today = new Date().toISOString().slice(0, 10);
  const result = await scan(sources[scope](folder), scanExceptions, today);
  const unneeded = scope === "tree" ? needless(scanExceptions, result) : [];
  print(renderScan(scope, result, unneeded));
  return result.findings.length + unneeded.length > 0 ? 1 : 0;
});
