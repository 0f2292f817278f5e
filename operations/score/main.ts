import { print, readArguments, runCommand } from "../arguments";
import { projectDirectory } from "../stackFile";
import { score } from "./command";

const usage = `usage: npm run score -- <stack> [--deployed] [--format table|json] [--identity <private key file>]
How ready a stack is for GitOps, from its plan, or with --deployed from what of it is in the cluster.
Ends with 0: ready or conditional; 2: not ready, or blockers; 1: it could not be computed.`;

runCommand((argv) => {
  const { words, options } = readArguments(argv, {
    deployed: { type: "boolean" },
    format: { type: "string" },
    identity: { type: "string" },
    directory: { type: "string" },
  });
  const [stack] = words;
  const { format = "table", identity, directory = projectDirectory } = options;
  if (
    stack === undefined ||
    words.length > 1 ||
    (format !== "table" && format !== "json") ||
    typeof directory !== "string"
  ) {
    throw new Error(usage);
  }
  return score({
    ...{ stack, directory, format, print, deployed: options["deployed"] === true },
    ...(typeof identity === "string" ? { identity } : {}),
  });
});
