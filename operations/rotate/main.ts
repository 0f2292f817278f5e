import { print, readArguments, runCommand } from "../arguments";
import { projectDirectory } from "../stackFile";
import { due } from "./due";

const usage =
  "usage: npm run rotate -- <stack> due [--identity <private key file>] [--directory <folder of the stack file>]";

runCommand(async (argv) => {
  const { words, options } = readArguments(argv, {
    identity: { type: "string" },
    directory: { type: "string" },
  });
  const [stack, verb = "due"] = words;
  const { identity, directory = projectDirectory } = options;
  if (stack === undefined || verb !== "due" || words.length > 2 || typeof directory !== "string") {
    throw new Error(usage);
  }
  return due({
    ...{ stack, directory },
    print,
    ...(typeof identity === "string" ? { identity } : {}),
  });
});
