import { readArguments, runCommand } from "../arguments";
import { planStack } from "./plan";
import { renderTree } from "./tree";

const usage = "usage: npm run plan -- <stack> [--format tree|json]";

runCommand(async (argv) => {
  const { words, options } = readArguments(argv, { format: { type: "string" } });
  const [stack] = words;
  const format = options["format"] ?? "tree";
  if (stack === undefined || words.length > 1 || (format !== "tree" && format !== "json")) {
    throw new Error(usage);
  }
  const plan = await planStack(stack);
  process.stdout.write(format === "json" ? `${JSON.stringify(plan, null, 2)}\n` : renderTree(plan));
  return 0;
});
