import { print, readArguments, runCommand } from "../arguments";
import { runCli } from "../engine";
import { pulumiCli } from "../pulumiCli";
import { projectDirectory } from "../stackFile";
import { adoptState, checkAdoption, finishAdoption } from "./adopt";

const usage = [
  "usage: npm run adopt -- <stack> check     looks at the hosts, changes nothing",
  "       npm run adopt -- <stack>           puts the running cluster's identity into an empty state",
  "       npm run adopt -- <stack> finish    converges, takes over objects and releases",
  "       each with [--identity <private key file>] [--directory <folder of the stack file>]",
].join("\n");

const verbs = { check: checkAdoption, state: adoptState, finish: finishAdoption } as const;

runCommand(async (argv) => {
  const { words, options } = readArguments(argv, {
    identity: { type: "string" },
    directory: { type: "string" },
  });
  const [stack, verb = "state"] = words;
  const { identity, directory = projectDirectory } = options;
  const act = Object.entries(verbs).find(([name]) => name === verb)?.[1];
  if (stack === undefined || words.length > 2 || act === undefined) throw new Error(usage);
  if (typeof directory !== "string") throw new Error(usage);
  return act({
    ...{ stack, directory },
    print,
    cli: (args, environment) => pulumiCli(args, directory, environment),
    watch: (args, environment) => runCli(args, directory, environment),
    ...(typeof identity === "string" ? { identity } : {}),
  });
});
