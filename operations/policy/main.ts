import { print, readArguments, runCommand } from "../arguments";
import { projectDirectory } from "../stackFile";
import { policy } from "./policy";

const usage =
  "usage: npm run policy -- <stack> [--format text|json] [--directory <folder>]   0: nothing mandatory is broken";

runCommand((argv) => {
  const { words, options } = readArguments(argv, {
    format: { type: "string" },
    directory: { type: "string" },
  });
  const [stack] = words;
  const { format = "text", directory = projectDirectory } = options;
  if (stack === undefined || words.length > 1 || (format !== "text" && format !== "json")) {
    throw new Error(usage);
  }
  return policy({ stack, directory: String(directory), format, print });
});
