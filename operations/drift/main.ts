import { print, readArguments, runCommand } from "../arguments";
import { projectDirectory } from "../stackFile";
import { drift } from "./drift";
import { readLooks, renderRate } from "./rate";
import { governanceFolder } from "../governance";

const usage = `usage: npm run drift -- <stack> [--format table|json] [--heal] [--identity <private key file>]
       npm run drift -- <stack> rate
Compares hosts and cluster with the program, and changes nothing without --heal.
Ends with 0: all as wanted; 2: something is not; 1: something could not be looked at.`;

runCommand(async (argv) => {
  const { words, options } = readArguments(argv, {
    format: { type: "string" },
    heal: { type: "boolean" },
    identity: { type: "string" },
    directory: { type: "string" },
  });
  const [stack, verb] = words;
  const { format = "table", identity, directory = projectDirectory } = options;
  if (
    stack === undefined ||
    words.length > 2 ||
    (verb !== undefined && verb !== "rate") ||
    (format !== "table" && format !== "json") ||
    typeof directory !== "string"
  ) {
    throw new Error(usage);
  }
  const folder = governanceFolder(directory);
  if (verb === "rate") {
    print(renderRate(stack, readLooks(stack, folder)));
    return 0;
  }
  return drift({
    ...{ stack, directory, folder, format, print, heal: options["heal"] === true },
    ...(typeof identity === "string" ? { identity } : {}),
  });
});
