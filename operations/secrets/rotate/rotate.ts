import { readFileSync } from "node:fs";
import { inventory } from "../../../config/inventory";
import type { Config } from "../../../config/schema";
import type { SecretRow } from "../../../config/secretRow";
import { type SecretName, secretRows } from "../../../config/secrets";
import { recordRun, type RunRecorder } from "../../records/run";
import { readStackConfig, stackFilePath } from "../../stackFile";
import { renderTable } from "../../table";
import { secretsInFile } from "../list/list";
import { noteSecrets, type SecretsEvent, trailEntries, trailKey } from "../trail";
import { noted } from "./dates";
import { type Group, runGroup, type Seen, tryFirst } from "./group";
import type { RotateOptions } from "./options";
import type { ProofContext, Proofs } from "./proof";
import { noteOf, type Turn, turnsOf } from "./turns";
import { unfinishedRotations } from "./unfinished";

function howOf(turn: Turn): string {
  if (turn.by === "value") return "a value of yours";
  return turn.by === "date" ? "made anew" : `${turn.path}: ${String(turn.to)}`;
}

function trial({ before, after, untried }: NonNullable<Proofs[keyof Proofs]>): string {
  const times = [before && "before", after && "after"].filter((time) => time !== undefined);
  return times.length > 0 ? times.join(" and ") : `never: ${untried ?? "nothing can be tried"}`;
}

/** What a run would do, in names alone. */
function planTable(turns: readonly Turn[], proofs: Proofs): string {
  return renderTable([
    ["SECRET", "NEW VALUE", "USED BY", "TRIED", "THE OLD VALUE"],
    ...turns.map((turn) => {
      const proof = proofs[turn.name] ?? { old: "is not accepted any more" };
      const { consumers } = inventory[turn.name];
      return [turn.name, howOf(turn), consumers.join(", "), trial(proof), proof.old];
    }),
  ]);
}

function doneTable(turns: readonly Turn[], seen: Seen, proofs: Proofs): string {
  const rows = turns.map(({ name }) => {
    const untried = `not tried: ${proofs[name]?.untried ?? "nothing can be tried"}`;
    return [name, "rotated", seen.get(name) ?? untried];
  });
  return renderTable([["SECRET", "STATE", "SEEN"], ...rows]);
}

/** What is wrong with new values' forms, one line each. */
function checkForms(values: ReadonlyMap<SecretName, string>, config: Config): void {
  const wrong = [...values].flatMap(([name, value]) => {
    const row: SecretRow = secretRows[name];
    const mistakes = value === "" ? ["is empty"] : (row.mistakes?.(value, config) ?? []);
    return mistakes.map((mistake) => `${name}: the new value ${mistake}`);
  });
  if (wrong.length > 0) throw new Error(`${wrong.join("\n")}\nNothing was touched`);
}

/** No line that leaves this command has a word of a value. */
function without(values: ReadonlyMap<SecretName, string>, text: string): string {
  return [...values.values()]
    .filter((value) => value !== "")
    .reduce((left, value) => left.replaceAll(value, "…"), text);
}

async function noteInTrail(
  turns: readonly Turn[],
  values: ReadonlyMap<SecretName, string>,
  outcome: SecretsEvent["outcome"] & string,
  { stack, reason, store, governance }: RotateOptions,
): Promise<void> {
  const known: ReadonlyMap<string, string> = values;
  const secrets = turns.map(({ name }) => ({ name, value: known.get(name) }));
  // Without a value there is nothing to make a fingerprint of, and no key is made for it.
  const key = values.size > 0 ? { key: await trailKey(store) } : {};
  const event = { action: "rotate" as const, secrets, reason, outcome };
  noteSecrets(stack, event, { ...key, folder: governance });
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** What failed, once it is noted. A trail that cannot be written hides nothing of it. */
async function alsoNoted(error: unknown, noting: Promise<void>): Promise<Error> {
  const missing = await noting.then(
    () => "",
    (why: unknown) => `\nIt is not noted in the trail: ${textOf(why)}`,
  );
  return new Error(`${textOf(error)}${missing}`, { cause: error });
}

/** When the rotation of each secret began, in this run or in the one that it goes on with. */
type Beginnings = ReadonlyMap<string, Date>;

/** Reads each output once, however often a proof is tried: every reading is noted in the trail. */
function once(read: ProofContext["output"]): ProofContext["output"] {
  const known = new Map<string, string>();
  return async (name) => {
    const value = known.get(name) ?? (await read(name));
    known.set(name, value);
    return value;
  };
}

function contextOf(
  options: RotateOptions,
  config: Config,
  group: Group,
  beginnings: Beginnings,
): ProofContext {
  const { stack, store, now, proofContext } = options;
  return {
    ...{ ...proofContext, stack, config },
    output: once(proofContext.output),
    since: (name) => beginnings.get(name) ?? now,
    value: async (name) => group.values.get(name) ?? (await store.get(name)),
  };
}

const nothing: Group = { turns: [], dates: new Map(), values: new Map() };

/** Runs the groups, given values first, and notes each in the trail as it ends. */
async function runAll(
  groups: readonly Group[],
  config: Config,
  options: RotateOptions,
  recorder: RunRecorder,
  beginnings: Beginnings,
): Promise<Seen> {
  const seen = new Map<string, string>();
  for (const group of groups) {
    const context = contextOf(options, config, group, beginnings);
    const { turns, values } = group;
    try {
      const tried = await recorder.phase("new values: tried", () =>
        tryFirst(group, options, context),
      );
      for (const [name, what] of tried) seen.set(name, what);
    } catch (error) {
      const told = new Error(`${textOf(error)}\nNothing was changed`, { cause: error });
      throw await alsoNoted(told, noteInTrail(turns, values, "refused", options));
    }
    try {
      const found = await runGroup(group, options, context, recorder);
      for (const [name, what] of found) seen.set(name, what);
    } catch (error) {
      throw await alsoNoted(error, noteInTrail(turns, values, "failed", options));
    }
    await noteInTrail(turns, values, "done", options);
  }
  return seen;
}

function groupsOf(
  turns: readonly Turn[],
  values: ReadonlyMap<SecretName, string>,
  dates: ReadonlyMap<string, string>,
): Group[] {
  const ofKind = (given: boolean) => turns.filter(({ by }) => (by === "value") === given);
  return [
    { ...nothing, turns: ofKind(true), dates, values },
    { ...nothing, turns: ofKind(false), dates },
  ].filter((group) => group.turns.length > 0);
}

/**
 * Replaces secrets: brings new values into use, tries them, and notes it. Prints names, never values.
 * Run again after it was cut off, it goes on with what it had begun.
 *
 * @returns the exit code: 1 when nothing was confirmed.
 * @throws Error whose lines say what failed and what is to be done.
 */
export async function rotate(options: RotateOptions): Promise<number> {
  const { stack, directory, names, dryRun, now, print, proofs, governance } = options;
  const config = readStackConfig(stack, directory);
  // What cannot be noted is not begun.
  trailEntries(stack, governance);
  const unfinished = unfinishedRotations(stack, governance, now);
  const turns = turnsOf(names, {
    ...{ stack, config, unfinished },
    text: readFileSync(stackFilePath(stack, directory), "utf8"),
    given: secretsInFile(stack, directory).given,
  });
  print(planTable(turns, proofs));
  const dates = new Map(
    turns.map(({ name }) => {
      const written = config.secrets.rotated[name];
      const cutOff = written !== undefined && unfinished.get(name)?.value === written;
      return [name, cutOff ? written : noted(now)];
    }),
  );
  const beginnings = new Map<string, Date>();
  for (const turn of turns) {
    const { value } = noteOf(turn, dates.get(turn.name) ?? "");
    const before = unfinished.get(turn.name);
    if (turn.by === "value" || before?.value !== String(value)) continue;
    beginnings.set(turn.name, before.startedAt);
    print(`${turn.name}: an earlier run did not finish: this one goes on with its value\n`);
  }
  if (dryRun) {
    print("nothing was touched\n");
    return 0;
  }
  const whatElse = "pulumi up runs, with all else that waits in the stack's file.";
  if (!(await options.confirm(`Rotate ${String(turns.length)}: ${whatElse}`, stack))) {
    print("nothing was touched\n");
    return 1;
  }
  const asked = turns.flatMap((turn) => (turn.by === "value" ? [turn.name] : []));
  const values = asked.length === 0 ? new Map<SecretName, string>() : await options.ask(asked);
  checkForms(values, config);

  const groups = groupsOf(turns, values, dates);
  const start = { stack, kind: "rotation" as const, nodes: [], folder: governance };
  await recordRun(start, async (recorder) => {
    for (const turn of turns) {
      recorder.measure(turn.name, noteOf(turn, dates.get(turn.name) ?? "").value);
    }
    // The record has the first line of what goes wrong: it is made harmless before.
    const seen = await runAll(groups, config, options, recorder, beginnings).catch(
      (error: unknown) => {
        throw new Error(without(values, textOf(error)));
      },
    );
    print(doneTable(turns, seen, proofs));
  });
  return 0;
}
