import { print, readArguments, runCommand } from "../arguments";
import { projectDirectory, readStackConfig } from "../stackFile";
import { renderHosts, renderUrls, served } from "./urls";

const usage = `usage: npm run urls -- <stack> [hosts] [--directory <folder of the stack file>]
Where each web interface of a stack is found, who asks for credentials there, and what DNS needs.
  hosts   the names as lines for /etc/hosts`;

runCommand((argv) => {
  const { words, options } = readArguments(argv, { directory: { type: "string" } });
  const [stack, verb = "table"] = words;
  const { directory = projectDirectory } = options;
  if (
    stack === undefined ||
    words.length > 2 ||
    !["table", "hosts"].includes(verb) ||
    typeof directory !== "string"
  ) {
    throw new Error(usage);
  }
  const all = served(readStackConfig(stack, directory));
  if (all === undefined) {
    print("nothing is served by name: bramble:platform.traefik.enabled is false\n");
  } else {
    print(verb === "hosts" ? renderHosts(all) : renderUrls(stack, all));
  }
  return Promise.resolve(0);
});
