import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What ends a process that does not listen to it, without a chance to clean up. */
const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** This process, as far as its end is concerned. */
export interface EndingProcess extends NodeJS.EventEmitter {
  readonly pid: number;
  kill(pid: number, signal: NodeJS.Signals): unknown;
}

/** What listens for the sake of a folder alone. */
const stops = new WeakSet<object>();

/** In memory where there is such a place: what was never on a disk cannot be read off it. */
function place(): string {
  return existsSync("/dev/shm") ? "/dev/shm" : tmpdir();
}

/**
 * Works with files that nobody else may read, in a folder that is gone afterwards, also when the work
 * fails or somebody stops the command. Files in it are written with mode 0600 all the same.
 *
 * @param ending whose end takes the folder with it.
 */
export async function withPrivateFolder<T>(
  work: (folder: string) => T | Promise<T>,
  ending: EndingProcess = process,
): Promise<T> {
  const folder = mkdtempSync(join(place(), "bramble-"));
  const remove = (): void => {
    rmSync(folder, { recursive: true, force: true });
  };
  const stop = (signal: NodeJS.Signals): void => {
    // Whoever listens as well has something to finish first: the folder goes when the process does.
    if (ending.listeners(signal).some((one) => !stops.has(one))) return;
    remove();
    ending.removeListener(signal, stop);
    if (ending.listeners(signal).length === 0) ending.kill(ending.pid, signal);
  };
  stops.add(stop);
  ending.on("exit", remove);
  for (const signal of signals) ending.on(signal, stop);
  try {
    return await work(folder);
  } finally {
    remove();
    ending.removeListener("exit", remove);
    for (const signal of signals) ending.removeListener(signal, stop);
  }
}
