import { text as readAll } from "node:stream/consumers";
import { print } from "../../arguments";
import { typedWord } from "../../confirm";
import { withKubeconfig } from "../../cluster/kubectl";
import { pulumiEngine } from "../../engine";
import { governanceFolder } from "../../governance";
import { readStackConfig } from "../../stackFile";
import { inventory } from "../../../config/inventory";
import { hiddenAnswer } from "../keys/hiddenAnswer";
import { secretsInFile } from "../list/list";
import { readSecretOutput } from "../read";
import { configStore } from "../store";
import { textOf, type Verb, type VerbCall } from "../verb";
import { type DueRow, dueRows, reportDue } from "./due";
import { gatherAges } from "./gatherAges";
import { askGiven } from "./given";
import { proofs } from "./proofs/table";
import { rotate } from "./rotate";

const identityOption = { identity: { type: "string" } } as const;

async function agesOf(call: VerbCall): Promise<{ rows: DueRow[]; silent: readonly string[] }> {
  const { stack, directory } = call;
  const sources = await gatherAges({
    ...{ stack, directory, config: readStackConfig(stack, directory) },
    ...{ governance: governanceFolder(directory), identity: textOf(call, "identity") },
  });
  return { rows: dueRows(sources, new Date()), silent: sources.hosts.silent };
}

/** `due`: how old each secret is, and what is over its period. */
export const dueVerb: Verb = {
  usage: ["due [--identity <private key file>]"],
  options: identityOption,
  run: async (call) => {
    if (call.words.length > 0) throw new Error("due takes no more words");
    const { rows, silent } = await agesOf(call);
    return reportDue(rows, silent, call.stack, print);
  },
};

/** The names to rotate with `--due`; those that only a person can bring are told of, not asked for. */
async function dueNames(call: VerbCall): Promise<{ names: string[]; left: string[] }> {
  const { rows, silent } = await agesOf(call);
  for (const line of silent) print(`${line}\n`);
  const { given } = secretsInFile(call.stack, call.directory);
  const due = rows.filter((row) => row.due).map(({ name }) => name);
  const isYours = (name: (typeof due)[number]) =>
    inventory[name].rotation.by === "value" || (given as readonly string[]).includes(name);
  return { names: due.filter((name) => !isYours(name)), left: due.filter(isYours) };
}

async function run(call: VerbCall): Promise<number> {
  const { stack, directory, options, words } = call;
  const isDue = options["due"] === true;
  if (isDue === words.length > 0) {
    throw new Error("name the secrets to rotate, or say --due; their new values are no words");
  }
  const { names, left } = isDue ? await dueNames(call) : { names: words, left: [] };
  const toYou = left.map((name) => `${name} is due, and its new value is yours to bring: `);
  for (const line of toYou.map((text, index) => `${text}rotate ${left[index] ?? ""}\n`))
    print(line);
  if (names.length === 0) {
    print(left.length === 0 ? "nothing is due\n" : "nothing else is due\n");
    return left.length === 0 ? 0 : 2;
  }
  const config = readStackConfig(stack, directory);
  const atTerminal = process.stdin.isTTY;
  const input = atTerminal ? undefined : () => readAll(process.stdin);
  const code = await rotate({
    ...{ stack, directory, names, print, proofs, now: new Date() },
    dryRun: options["dry-run"] === true,
    reason: textOf(call, "reason") ?? (isDue ? "its period is over" : "a planned rotation"),
    store: configStore(stack, directory),
    engine: pulumiEngine(stack, directory),
    ask: (asked) => askGiven(asked, { input, hidden: hiddenAnswer }),
    confirm: (question, word) => {
      if (options["yes"] === true) return Promise.resolve(true);
      if (!atTerminal) throw new Error("nobody is at a terminal to confirm: say --yes");
      return typedWord(question, word);
    },
    proofContext: {
      identity: textOf(call, "identity"),
      output: async (name) => {
        const reading = { stack, directory, reason: "to prove that it works" };
        return (await readSecretOutput(name, reading)).replace(/\n$/, "");
      },
      cluster: (work) => withKubeconfig(stack, config, directory, work),
    },
    governance: governanceFolder(directory),
  });
  return code === 0 && left.length > 0 ? 2 : code;
}

/** `rotate`: brings new values into use and tries them. */
export const rotateVerb: Verb = {
  opens: true,
  usage: [
    "rotate <name>... [--dry-run] [--yes] [--reason <why>] [--identity <private key file>]",
    "rotate --due [--dry-run] [--yes] [--reason <why>] [--identity <private key file>]",
  ],
  options: {
    ...{ due: { type: "boolean" }, "dry-run": { type: "boolean" }, yes: { type: "boolean" } },
    ...{ reason: { type: "string" }, ...identityOption },
  },
  run,
};
