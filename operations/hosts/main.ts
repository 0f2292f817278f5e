import { print, readArguments, runCommand } from "../arguments";
import { projectDirectory } from "../stackFile";
import { check } from "./check";
import { trust } from "./trust";

const usage = [
  "usage: npm run hosts -- <stack> trust [--yes] [--replace <host>[,<host>]] [--identity <private key file>]",
  "       npm run hosts -- <stack> check [--identity <private key file>]",
].join("\n");

runCommand(async (argv) => {
  const { words, options } = readArguments(argv, {
    yes: { type: "boolean" },
    replace: { type: "string" },
    identity: { type: "string" },
    directory: { type: "string" },
  });
  const [stack, verb] = words;
  const { replace, identity, directory = projectDirectory } = options;
  if (stack === undefined || words.length !== 2 || typeof directory !== "string") {
    throw new Error(usage);
  }
  const common = {
    ...{ stack, directory, print },
    ...(typeof identity === "string" ? { identity } : {}),
  };
  switch (verb) {
    case "trust":
      return trust({
        ...common,
        yes: options["yes"] === true,
        replace: typeof replace === "string" ? replace.split(",") : [],
      });
    case "check":
      return check(common);
    default:
      throw new Error(usage);
  }
});
