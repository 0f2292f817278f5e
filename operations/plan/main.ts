import { print, readArguments, runCommand } from "../arguments";
import { projectDirectory } from "../stackFile";
import { planAgainst } from "./against";
import { difference, isDifferent } from "./difference";
import { renderDifference } from "./differenceLines";
import { renderMarkdown } from "./markdown";
import { planStack } from "./plan";
import { renderTree } from "./tree";

const usage = [
  "usage: npm run plan -- <stack> [--format tree|json]",
  "       npm run plan -- <stack> --against <git revision or plan file> [--format tree|json|markdown]",
  "         [--longest <characters of the Markdown>]   0: nothing differs, 2: something does",
].join("\n");

const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;

async function compare(stack: string, against: string, format: string, longest: number) {
  const before = planAgainst(stack, against, projectDirectory);
  const found = difference(before, await planStack(stack));
  if (format === "json") print(json(found));
  else if (format === "markdown") print(renderMarkdown(found, against, longest));
  else print(renderDifference(found, against));
  return isDifferent(found) ? 2 : 0;
}

runCommand(async (argv) => {
  const { words, options } = readArguments(argv, {
    format: { type: "string" },
    against: { type: "string" },
    longest: { type: "string" },
  });
  const [stack] = words;
  const { format = "tree", against, longest = "60000" } = options;
  const formats = against === undefined ? ["tree", "json"] : ["tree", "json", "markdown"];
  if (stack === undefined || words.length > 1 || !formats.includes(String(format))) {
    throw new Error(usage);
  }
  if (typeof against === "string") {
    return compare(stack, against, String(format), Number(longest));
  }
  const plan = await planStack(stack);
  print(format === "json" ? json(plan) : renderTree(plan));
  return 0;
});
