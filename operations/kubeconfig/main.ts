import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { readArguments, runCommand } from "../arguments";
import { pulumiCli } from "../pulumiCli";
import { mergeIntoFile } from "./file";
import { currentContext } from "./merge";

const usage = "usage: npm run kubeconfig -- <stack> [--file path]";

runCommand(async (argv) => {
  const { words, options } = readArguments(argv, { file: { type: "string" } });
  const [stack] = words;
  const { file } = options;
  if (stack === undefined || words.length > 1) throw new Error(usage);
  const path = typeof file === "string" ? resolve(file) : join(homedir(), ".kube", "config");

  const output = ["stack", "output", "kubeconfig", "--show-secrets", "--stack", stack];
  const added = await pulumiCli(output);
  const context = currentContext(added);
  if (context === "") throw new Error(`stack ${stack} has no kubeconfig: run pulumi up first`);
  const merged = mergeIntoFile(path, added);
  const lines = [
    `${merged.path}: ${merged.changed ? `context ${context} written` : `context ${context} unchanged`}`,
    ...(merged.backup === undefined ? [] : [`the file as it was: ${merged.backup}`]),
    currentContext(merged.text) === context
      ? "try: kubectl get nodes"
      : `your current context stays; try: kubectl --context ${context} get nodes`,
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
  return 0;
});
