import type { Config } from "../../../config/schema";
import { renderTable } from "../../table";
import type { SecretEntry } from "../formats/types";
import type { ConfigStore } from "../store";
import { noteSecrets } from "../trail";
import { type Candidate, type Outcome, type Told, writeSecrets } from "../write";
import { assignAll, type Assigned, targetKey } from "./assign";
import { idleRows, type MapRow } from "./mapFile";
import { maskedBy, shownFile, shownPath } from "./shown";

/** What was read, and from where. */
export interface ReadSecrets {
  readonly entries: readonly SecretEntry[];
  /** For the trail: names of files or of Secrets. */
  readonly source: string;
  /** Whether they were read from a cluster, which is a use of its own. */
  readonly fromCluster: boolean;
  /** What was there and was not read, with why. */
  readonly unread: readonly (readonly [name: string, why: string])[];
}

/** What the import is told. */
export interface ImportOptions {
  readonly stack: string;
  readonly config: Config;
  readonly store: ConfigStore;
  readonly read: ReadSecrets;
  readonly map: readonly MapRow[];
  /** Says what would be written, and writes nothing. */
  readonly dryRun: boolean;
  /** Writes over values that differ. */
  readonly overwrite: boolean;
  /** Writes what is right although something else is refused. */
  readonly partial: boolean;
  readonly print: (text: string) => void;
  /** Folder of the trail. Default: `docs/governance` of the project. */
  readonly governance?: string | undefined;
}

interface Row {
  readonly outcome: Outcome | "ignored" | "not mapped" | "not read";
  readonly note: string;
  readonly secret: string;
}

function candidatesOf(assigned: readonly Assigned[]): (Candidate & { readonly one: Assigned })[] {
  return assigned.flatMap((one) => {
    const { item, assignment } = one;
    if (assignment.kind !== "target") return [];
    return [{ ...assignment.target, value: item.value, one }];
  });
}

function rowOf({ assignment }: Assigned, told: Told | undefined): Row {
  switch (assignment.kind) {
    case "target": {
      const { outcome, note } = told ?? { outcome: "held back", note: "" };
      const notes = [note, assignment.note ?? ""].filter((text) => text !== "");
      return { secret: targetKey(assignment.target), outcome, note: notes.join("; ") };
    }
    case "ignored":
      return { secret: "-", outcome: "ignored", note: assignment.why ?? "by the map" };
    case "unmapped":
      return { secret: "-", outcome: "not mapped", note: `not of this stack: ${assignment.why}` };
    case "refused":
      return { secret: "-", outcome: "refused", note: assignment.why };
  }
}

function summary(rows: readonly Row[]): string {
  const counts = new Map<string, number>();
  for (const { outcome } of rows) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  return [...counts].map(([outcome, count]) => `${String(count)} ${outcome}`).join(", ");
}

/** A read of a cluster's Secrets is noted whatever comes of it. */
async function noteRead(options: ImportOptions, assigned: readonly Assigned[]): Promise<void> {
  const { stack, read, store, governance } = options;
  const secrets = candidatesOf(assigned).map(({ name, value, part }) => ({
    ...{ name, value: part.length === 0 ? value : undefined },
  }));
  if (!read.fromCluster || secrets.length === 0) return;
  const key = (await store.all()).get("trailKey");
  const reason = "Secrets of a cluster were opened to import them";
  const event = { action: "read", reason, secrets, source: read.source } as const;
  noteSecrets(stack, event, { key, folder: governance });
}

/**
 * Takes values of other places over into a stack's encrypted config. Prints where each value stands,
 * which secret it is and what became of it, and never a value. What is refused is refused before
 * anything is written; nothing is deleted anywhere; a second run writes nothing.
 *
 * @returns the exit code: 1 when something was refused or failed, or nothing was of this stack.
 */
export async function importSecrets(options: ImportOptions): Promise<number> {
  const { read, config, map, print } = options;
  const assigned = assignAll(read.entries, config, map);
  await noteRead(options, assigned);
  const refusedAlready = assigned.some(({ assignment }) => assignment.kind === "refused");
  const told = await writeSecrets(candidatesOf(assigned), {
    ...options,
    refusedAlready,
    event: { action: "import", reason: "values were taken over", source: read.source },
  });
  const byItem = new Map(told.map((one) => [one.one, one]));
  const rows = assigned.map((one) => rowOf(one, byItem.get(one)));
  const mask = maskedBy(assigned.map(({ item }) => item.value));
  print(
    renderTable([
      ["FILE", "KEY", "SECRET", "OUTCOME", ""],
      ...assigned.map(({ item }, index) => {
        const { secret = "", outcome = "", note = "" } = rows[index] ?? {};
        const place = [shownFile(item.entry), shownPath(item.path)].map(mask);
        return [...place, secret, outcome, mask(note)];
      }),
      ...read.unread.map(([name, why]) => [mask(name), "-", "-", "not read", why]),
    ]),
  );
  for (const pattern of idleRows(
    map,
    assigned.map(({ item }) => item),
  )) {
    print(`the map's ${pattern} matches nothing\n`);
  }
  print(`${summary(rows)}\n`);
  const failed = rows.some(({ outcome }) => outcome === "refused" || outcome === "failed");
  return failed || told.length === 0 ? 1 : 0;
}
