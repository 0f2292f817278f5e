import { print, readArguments, runCommand } from "../arguments";
import { projectDirectory } from "../stackFile";
import { cis } from "./cis/cis";
import { doctor } from "./doctor";
import { doctorMedia } from "./media/media";

const usage = [
  "usage: npm run doctor -- <stack> [--all] [--format table|json] [--identity <private key file>]",
  "       npm run doctor -- <stack> cis [--format table|json] [--identity <private key file>]",
  "       npm run doctor -- <stack> media [--all] [--format table|json]",
].join("\n");

/** Looks by name; without one: how everything is. */
const verbs = { "": doctor, cis, media: doctorMedia } as const;

const isVerb = (word: string): word is keyof typeof verbs => Object.hasOwn(verbs, word);

runCommand(async (argv) => {
  const { words, options } = readArguments(argv, {
    all: { type: "boolean" },
    format: { type: "string" },
    identity: { type: "string" },
    directory: { type: "string" },
  });
  const [stack, verb = ""] = words;
  const { identity, directory = projectDirectory, format = "table" } = options;
  if (stack === undefined || words.length > 2 || !isVerb(verb) || typeof directory !== "string") {
    throw new Error(usage);
  }
  if (format !== "table" && format !== "json") throw new Error(usage);
  return verbs[verb]({
    ...{ stack, directory, format, everything: options["all"] === true },
    print,
    ...(typeof identity === "string" ? { identity } : {}),
  });
});
