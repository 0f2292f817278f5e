import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type ProvisioningRun, provisioningRun } from "../../records/run";

/** What a run that did not succeed had begun to write. */
export interface Unfinished {
  /** A date or a counter. */
  readonly value: string;
  readonly startedAt: Date;
}

const day = 86_400_000;

/** Days after which a run that was cut off is no longer gone on with. */
const patienceDays = 7;

/** The run in a file; none where a power cut left half of one. */
function readRun(path: string): ProvisioningRun[] {
  try {
    return [provisioningRun.parse(JSON.parse(readFileSync(path, "utf8")))];
  } catch {
    return [];
  }
}

/**
 * What runs that did not succeed had begun to write, by name of the secret. Its newest run counts.
 *
 * @param folder Folder of the records.
 */
export function unfinishedRotations(
  stack: string,
  folder: string,
  now: Date,
): ReadonlyMap<string, Unfinished> {
  const runs = join(folder, stack, "runs");
  const files = existsSync(runs) ? readdirSync(runs) : [];
  const found = new Map<string, Unfinished>();
  const rotations = files
    .filter((name) => /-rotation-[0-9a-f]+\.json$/.test(name))
    .flatMap((name) => readRun(join(runs, name)))
    .sort((left, right) => Date.parse(left.startedAt) - Date.parse(right.startedAt));
  for (const { outcome, startedAt, measured } of rotations) {
    const recent = now.getTime() - Date.parse(startedAt) < patienceDays * day;
    for (const [name, written] of Object.entries(measured)) {
      const [value, before] = [String(written), found.get(name)];
      if (outcome === "succeeded" || !recent) found.delete(name);
      // A run that goes on with another one's value began when that one did.
      else if (before?.value !== value) found.set(name, { value, startedAt: new Date(startedAt) });
    }
  }
  return found;
}
