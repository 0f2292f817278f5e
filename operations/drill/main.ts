import { createInterface } from "node:readline/promises";
import { type OptionTypes, print, readArguments, runCommand } from "../arguments";
import { pulumiEngine } from "../engine";
import { projectDirectory, readStackConfig } from "../stackFile";
import type { DrillOptions } from "./context";
import { destroy } from "./destroy";
import { cutKinds, failover } from "./failover";
import { handsOf } from "./hands";
import { rebuild } from "./rebuild";

const usage = [
  "usage: npm run drill -- <stack> rebuild <node> --wipe|--reflash [--within <seconds>]",
  "       npm run drill -- <stack> failover <server> [--kind stop|kill|poweroff] [--watch <seconds>]",
  "       npm run drill -- <stack> destroy",
  "  all: [--yes] [--identity <private key file>] [--directory <folder of the stack file>]",
].join("\n");

const optionTypes: OptionTypes = {
  wipe: { type: "boolean" },
  reflash: { type: "boolean" },
  within: { type: "string" },
  kind: { type: "string" },
  watch: { type: "string" },
  yes: { type: "boolean" },
  identity: { type: "string" },
  directory: { type: "string" },
};

const rebuildWithin = 3600;
const watchSeconds = 60;

async function typed(question: string, word: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const closed = new Promise<string>((resolve) =>
    terminal.once("close", () => {
      resolve("");
    }),
  );
  try {
    const answer = await Promise.race([
      terminal.question(`${question} Type ${word} to go on: `),
      closed,
    ]);
    return answer.trim() === word;
  } finally {
    terminal.close();
  }
}

/** A number of seconds. */
function seconds(option: string, value: string | boolean | undefined, usual: number): number {
  if (value === undefined) return usual;
  const number = Number(value);
  if (!(number > 0)) throw new Error(`--${option} takes a number of seconds`);
  return number;
}

runCommand(async (argv) => {
  const { words, options } = readArguments(argv, optionTypes);
  const [stack, verb, name] = words;
  const { directory = projectDirectory, identity, kind = "stop" } = options;
  if (stack === undefined || typeof directory !== "string") throw new Error(usage);
  const config = readStackConfig(stack, directory);
  const drill: DrillOptions = {
    ...{ stack, config, directory, print },
    access: { stack, config, ...(typeof identity === "string" ? { identity } : {}) },
    engine: pulumiEngine(stack, directory),
    hands: handsOf(process.env["BRAMBLE_HANDS"], print),
    confirm: options["yes"] === true ? () => Promise.resolve(true) : typed,
  };
  if (verb === "destroy" && words.length === 2) return destroy(drill);
  if (name === undefined || words.length !== 3) throw new Error(usage);
  if (verb === "rebuild") {
    if ((options["wipe"] === true) === (options["reflash"] === true)) throw new Error(usage);
    const within = seconds("within", options["within"], rebuildWithin);
    const disk = options["wipe"] === true ? "wipe" : "reflash";
    return rebuild({ ...drill, node: name, disk, within });
  }
  const cut = cutKinds.find((known) => known === kind);
  if (verb !== "failover" || cut === undefined) throw new Error(usage);
  const least = seconds("watch", options["watch"], watchSeconds);
  return failover({ ...drill, server: name, kind: cut, watchSeconds: least });
});
