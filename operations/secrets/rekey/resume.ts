import { readFileSync } from "node:fs";
import { projectName, stackFilePath } from "../../stackFile";
import { type GivenPassphrase, newPassphrase, presentPassphrase } from "../keys/passphrase";
import { readStackKey, type StackKey } from "../keys/stackKey";
import { type Copies, dropCopies } from "./copies";
import { finish, proveClosed } from "./finish";
import type { Key } from "./keyedStack";
import type { RekeyOptions } from "./options";
import { lost, progressOf, putBack } from "./putBack";

/** What this run goes on with. */
interface Left {
  readonly copies: Copies;
  /** The run that was cut off, for messages. */
  readonly from: string;
  /** The passphrase that was given as the present one, where either key is a passphrase. */
  readonly present: GivenPassphrase | undefined;
  readonly then: StackKey;
  readonly now: StackKey;
}

/** All was encrypted anew; just the proof, and what follows it, is missing. */
async function finishIt(options: RekeyOptions, left: Left): Promise<number> {
  const { copies, from, present, now } = left;
  const { stack, environment, ask, newPassphraseFile } = options;
  const opens = async (salt: string): Promise<GivenPassphrase> =>
    present !== undefined && (await options.opens(present.value, salt))
      ? present
      : newPassphrase(stack, newPassphraseFile, environment, ask);
  const wanted = now.salt === undefined ? undefined : await opens(now.salt);
  const key: Key = { passphrase: wanted?.value };
  const missing = await lost(options.engine, key, copies.note.before, projectName);
  if (missing.length > 0) {
    throw new Error(
      `${from} was cut off at its end, and is not as before: ${missing.join(", ")}; copies of before are in ${copies.folder}`,
    );
  }
  const old = present?.value === wanted?.value ? undefined : present;
  await proveClosed(options, old);
  options.print(`${from} was cut off at its end; this one finishes it\n`);
  const change = { present: old, wanted, provider: now.provider ?? "passphrase" };
  return finish(options, change, Object.keys(copies.note.before));
}

/** Part of it was encrypted anew. */
async function undoIt(options: RekeyOptions, { copies, from, present, then }: Left): Promise<void> {
  const { stack, directory, engine } = options;
  if (then.salt !== undefined && !(await options.opens(present?.value ?? "", then.salt))) {
    throw new Error(
      `${from} was cut off half-way: give the passphrase of before (the one from ${present?.from ?? "nowhere"} is another), so that it can be undone`,
    );
  }
  const key: Key = { passphrase: then.salt === undefined ? undefined : present?.value };
  await putBack(copies, stackFilePath(stack, directory), engine, key, projectName);
  dropCopies(stack, directory);
  options.print(`${from} was cut off half-way; all of it was put back\n`);
}

/**
 * What an earlier run left is finished or undone.
 *
 * @returns the exit code when it is finished; `undefined` when a new run may begin.
 * @throws Error in one line when it can be neither yet.
 */
export async function resume(options: RekeyOptions, copies: Copies): Promise<number | undefined> {
  const { stack, directory, engine, print, environment, ask } = options;
  const stackFile = readFileSync(stackFilePath(stack, directory), "utf8");
  const progress = progressOf(copies, stackFile, await engine.lockedState());
  const from = `the run of ${copies.note.startedAt}`;
  if (!progress.file && !progress.state) {
    dropCopies(stack, directory);
    print(`${from} had changed nothing\n`);
    return undefined;
  }
  if (progress.changed.length > 0) {
    throw new Error(
      `${from} was cut off, and ${progress.changed.join(" and ")} changed since: mend it by hand with the copies in ${copies.folder}, then remove that folder`,
    );
  }
  const [then, now] = [readStackKey(copies.stackFile), readStackKey(stackFile)];
  const withoutPassphrase = then.salt === undefined && now.salt === undefined;
  const present = withoutPassphrase ? undefined : await presentPassphrase(stack, environment, ask);
  const left: Left = { copies, from, present, then, now };
  if (progress.file && progress.state && now.provider !== undefined) return finishIt(options, left);
  await undoIt(options, left);
  return undefined;
}
