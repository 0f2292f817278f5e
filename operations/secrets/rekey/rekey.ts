import { readFileSync } from "node:fs";
import { projectName, stackFilePath } from "../../stackFile";
import { readStackKey } from "../keys/stackKey";
import { trailEntries, trailKey } from "../trail";
import { fingerprintsOf } from "./compare";
import { type Copies, dropCopies, findCopies, makeCopies } from "./copies";
import { count, finish, proveClosed } from "./finish";
import { gather } from "./gather";
import { type Change, noteRekey, type RekeyOptions } from "./options";
import { lost, putBack } from "./putBack";
import { resume } from "./resume";

/** Signals end no run half-way: the CLI gets them too, and what it then says decides. */
async function undisturbed<T>(work: () => Promise<T>): Promise<T> {
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  const ignore = (): void => undefined;
  for (const signal of signals) process.on(signal, ignore);
  try {
    return await work();
  } finally {
    for (const signal of signals) process.removeListener(signal, ignore);
  }
}

async function changeAndProve(
  options: RekeyOptions,
  change: Change,
  copies: Copies,
): Promise<void> {
  const { engine, stack, directory } = options;
  try {
    await engine.change(change.provider, change.from, change.to);
    const missing = await lost(engine, change.to, copies.note.before, projectName);
    if (missing.length > 0) throw new Error(`not as before: ${missing.join(", ")}`);
    await proveClosed(options, change.present);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    try {
      await putBack(copies, change.path, engine, change.from, projectName);
    } catch (second) {
      const more = second instanceof Error ? second.message : String(second);
      throw new Error(
        `${why}\nputting back failed too: ${more}\ncopies of before are in ${copies.folder}; to go on: npm run secrets -- ${stack} rekey`,
      );
    }
    dropCopies(stack, directory);
    noteRekey(options, change.provider, "failed");
    throw new Error(`${why}\neverything is as it was`);
  }
}

/**
 * Changes the key of a stack: another passphrase, another data key of the same service, or another
 * keeper of the key. Every value of config and state is compared before and after, in memory.
 *
 * Copies are kept until the end. A run that was cut off at any point is finished or undone by the
 * next one.
 *
 * @returns the exit code.
 * @throws Error when it was refused, or was undone.
 */
export async function rekey(options: RekeyOptions): Promise<number> {
  const { stack, directory, engine, print } = options;
  // What cannot be noted is not begun.
  trailEntries(stack, options.governance);
  const left = findCopies(stack, directory);
  if (left !== undefined) {
    if (options.dryRun) {
      print(`the run of ${left.note.startedAt} was cut off: the next one finishes or undoes it\n`);
      return 1;
    }
    const code = await undisturbed(() => resume(options, left));
    if (code !== undefined) return code;
  }
  const path = stackFilePath(stack, directory);
  const key = readStackKey(readFileSync(path, "utf8"));
  if (key.provider === undefined && key.encrypted === 0) {
    throw new Error(`Pulumi.${stack}.yaml has no key yet: pulumi stack init ${stack} makes one`);
  }
  const change = await gather(options, key);
  if (options.dryRun) {
    const names = [...(await engine.contents(change.from)).keys()];
    print(
      `would encrypt ${count(names, "config")} values of the config and ${count(names, "state")} resources of the state anew, by ${change.wanted === undefined ? change.provider : "the new passphrase"}; all of them open\n`,
    );
    return 0;
  }
  const fingerprintKey = await trailKey(options.store(change.from));
  const before = fingerprintsOf(await engine.contents(change.from), fingerprintKey);
  return undisturbed(async () => {
    makeCopies(stack, directory, {
      ...{ stackFile: readFileSync(path, "utf8"), state: await engine.lockedState() },
      note: { startedAt: new Date().toISOString(), before },
    });
    const copies = findCopies(stack, directory);
    if (copies === undefined) throw new Error("the copies of before are not there");
    await changeAndProve(options, change, copies);
    return finish(options, change, Object.keys(before));
  });
}
