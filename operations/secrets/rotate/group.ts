import type { SecretName } from "../../../config/secrets";
import type { RunRecorder } from "../../records/run";
import { editStackFile, type StackEdits } from "../../stackFileEdit";
import type { RotateOptions } from "./options";
import { proven } from "./patience";
import type { ProofContext } from "./proof";
import { datePath } from "./dates";
import { noteOf, type Turn } from "./turns";

/** Turns that the engine carries out together. */
export interface Group {
  readonly turns: readonly Turn[];
  /** What each turn writes into the stack's file; a date, or a counter of its own. */
  readonly dates: ReadonlyMap<string, string>;
  /** New values of those that a person gives. */
  readonly values: ReadonlyMap<SecretName, string>;
}

/** What was seen of each secret, by name. */
export type Seen = ReadonlyMap<string, string>;

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const lineOf = (error: unknown): string => textOf(error).split("\n")[0] ?? "failed";

/**
 * Tries the new values of given secrets while the old ones are in use.
 *
 * @throws Error with one line per value that does not work.
 */
export async function tryFirst(
  { values }: Group,
  { proofs }: RotateOptions,
  context: ProofContext,
): Promise<Seen> {
  const seen = new Map<string, string>();
  const wrong: string[] = [];
  for (const [name, value] of values) {
    try {
      const found = await proofs[name]?.before?.(context, value);
      if (found !== undefined) seen.set(name, found);
    } catch (error) {
      wrong.push(`${name}: the new value does not work: ${lineOf(error)}`);
    }
  }
  if (wrong.length > 0) throw new Error(wrong.join("\n"));
  return seen;
}

/** Tries what is in use now; throws with one line per secret that does not work. */
async function tryAfter(
  { turns }: Group,
  { proofs, patienceSeconds = 180 }: RotateOptions,
  context: ProofContext,
): Promise<Seen> {
  const seen = new Map<string, string>();
  const wrong: string[] = [];
  // All at once: what waits for one restart does not wait for another's as well.
  const tries = turns.map(async ({ name }) => {
    const { after } = proofs[name] ?? {};
    if (after === undefined) return;
    try {
      seen.set(name, await proven(() => after(context), patienceSeconds));
    } catch (error) {
      wrong.push(`${name}: not proven: ${lineOf(error)}`);
    }
  });
  await Promise.all(tries);
  if (wrong.length > 0) throw new Error(wrong.sort().join("\n"));
  return seen;
}

function editsOf({ turns, dates }: Group): StackEdits {
  const notes = turns.flatMap((turn) => {
    const date = dates.get(turn.name) ?? "";
    const note = noteOf(turn, date);
    const isDated = turn.by === "counter" && turn.dated;
    return isDated ? [note, { path: datePath(turn.name), value: date }] : [note];
  });
  return Object.fromEntries(notes.map(({ path, value }) => [path, value]));
}

/** What had been there before a group was written. */
interface Before {
  readonly edits: StackEdits;
  readonly values: ReadonlyMap<SecretName, string>;
}

async function putBack(
  before: Before,
  { store, engine, stack, directory }: RotateOptions,
): Promise<void> {
  for (const [name, value] of before.values) await store.set(name, value);
  editStackFile(stack, before.edits, directory);
  await engine.up();
}

/**
 * Brings a group of new values into use and tries them.
 *
 * Where a person gave them, what fails is undone: the old values are put back and the engine brings
 * them to their users again. What was made anew has no old value to go back to: there the same
 * command goes on with it.
 *
 * @returns what was seen of each.
 * @throws Error whose lines say what failed, what was put back, and what is left to do.
 */
export async function runGroup(
  group: Group,
  options: RotateOptions,
  context: ProofContext,
  { phase }: Pick<RunRecorder, "phase">,
): Promise<Seen> {
  const { store, engine, stack, directory } = options;
  const given = group.values.size > 0;
  const what = given ? "given values" : "made values";
  const values = new Map<SecretName, string>();
  let edits: StackEdits = {};
  try {
    await phase(`${what}: written`, async () => {
      for (const [name, value] of group.values) {
        const old = await store.get(name);
        if (old === undefined) throw new Error(`${name} has no value to replace`);
        values.set(name, old);
        if (old !== value) await store.set(name, value);
      }
      edits = editStackFile(stack, editsOf(group), directory);
    });
    await phase(`${what}: brought into use`, () => engine.up());
    return await phase(`${what}: tried`, () => tryAfter(group, options, context));
  } catch (error) {
    if (!given) {
      throw new Error(
        `${textOf(error)}\nWhat was begun stays. Mend that, and run the same command again: it makes no second value`,
        { cause: error },
      );
    }
    const told = await phase(`${what}: put back`, () =>
      putBack({ edits, values }, options).then(
        () => "The old values are back and in use",
        (failed: unknown) =>
          `The old values are back in the stack's file, but not in use (${lineOf(failed)}): run pulumi up --stack ${stack}`,
      ),
    );
    throw new Error(`${textOf(error)}\n${told}`, { cause: error });
  }
}
