import { print, readArguments, runCommand } from "../arguments";
import { projectDirectory } from "../stackFile";
import { rollout } from "./rollout";

const usage = `usage: npm run rollout -- <stack> [--format table|json] [--identity <private key file>]
Looks at hosts and cluster, and tells in which order pulumi up would touch them; changes nothing.
Ends with 0: nothing to do; 2: steps; 1: refused, or a host could not be reached.`;

runCommand(async (argv) => {
  const { words, options } = readArguments(argv, {
    format: { type: "string" },
    identity: { type: "string" },
    directory: { type: "string" },
  });
  const [stack] = words;
  const { format = "table", identity, directory = projectDirectory } = options;
  if (
    stack === undefined ||
    words.length !== 1 ||
    (format !== "table" && format !== "json") ||
    typeof directory !== "string"
  ) {
    throw new Error(usage);
  }
  return rollout({
    ...{ stack, directory, format },
    print,
    ...(typeof identity === "string" ? { identity } : {}),
  });
});
