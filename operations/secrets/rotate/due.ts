import { type InventoryName, inventory, usedSecrets } from "../../../config/inventory";
import type { Config } from "../../../config/schema";
import { secretNames } from "../../../config/secrets";
import { renderTable } from "../../table";
import { trailEntries } from "../trail";
import type { HostAges } from "./ages";

/** Since when a secret is in use, and how that is known. */
export interface SecretAge {
  readonly since: Date;
  /** Such as `date`, `pi-2`, `trail`, `namespace media`. */
  readonly from: string;
}

/** A secret that has a period, with its age. */
export interface DueRow {
  readonly name: InventoryName;
  readonly days: number;
  readonly age?: SecretAge | undefined;
  readonly ageDays?: number | undefined;
  readonly due: boolean;
}

/** Where ages are read. */
export interface AgeSources {
  readonly config: Config;
  /** Secrets that the stack's file has a value of. */
  readonly given: readonly InventoryName[];
  /** When the trail last noted a new value, by name. */
  readonly trail: ReadonlyMap<string, Date>;
  readonly hosts: HostAges;
  /** When a namespace was made; undefined where nobody can tell. */
  readonly namespaces: ReadonlyMap<string, Date>;
}

/** When a stack's trail last noted a new value of each secret. */
export function trailDates(stack: string, folder: string): ReadonlyMap<string, Date> {
  const dates = new Map<string, Date>();
  for (const { time, action, outcome, secrets } of trailEntries(stack, folder)) {
    if (outcome !== "done" || !["import", "set", "rotate"].includes(action)) continue;
    for (const { name } of secrets) dates.set(name, new Date(time));
  }
  return dates;
}

/** What a person wrote down counts first; the oldest use of a credential of hosts counts there. */
function ageOf(name: InventoryName, sources: AgeSources): SecretAge | undefined {
  const { config, trail, hosts, namespaces } = sources;
  const { rotation, namespace } = inventory[name];
  if (rotation.by === "counter" && rotation.hostItem !== undefined) {
    const [oldest] = hosts.ages
      .filter(({ item }) => item === rotation.hostItem)
      .sort((left, right) => left.since.getTime() - right.since.getTime());
    return oldest && { since: oldest.since, from: oldest.host };
  }
  const date = config.secrets.rotated[name];
  if (date !== undefined) return { since: new Date(date), from: "date" };
  const noted = trail.get(name);
  if (noted !== undefined) return { since: noted, from: "trail" };
  const place = namespace?.(config);
  const made = place === undefined ? undefined : namespaces.get(place);
  return made && { since: made, from: `namespace ${place ?? ""}` };
}

const day = 86_400_000;

/** A secret that may be given and was not is none of the stack's. */
function isThere(name: InventoryName, given: readonly InventoryName[]): boolean {
  const isGiven = inventory[name].rotation.by === "value";
  return !isGiven || !(secretNames as readonly string[]).includes(name) || given.includes(name);
}

/** Every secret of a stack that has a period, the oldest first; those of unknown age last. */
export function dueRows(sources: AgeSources, now: Date): DueRow[] {
  return usedSecrets(sources.config)
    .filter((name) => isThere(name, sources.given))
    .flatMap((name): DueRow[] => {
      const { rotationDays, rotation } = inventory[name];
      if (rotationDays === undefined || rotation.by === "never") return [];
      const age = ageOf(name, sources);
      const ageDays = age && Math.floor((now.getTime() - age.since.getTime()) / day);
      return [
        {
          name,
          days: rotationDays,
          age,
          ageDays,
          due: ageDays !== undefined && ageDays >= rotationDays,
        },
      ];
    })
    .sort((left, right) => (right.ageDays ?? -1) - (left.ageDays ?? -1));
}

function stateOf({ name, age, ageDays, due }: DueRow, stack: string): string {
  // Today's date is tomorrow's elsewhere.
  if (ageDays !== undefined && ageDays < -1) {
    return `unknown: its date is to come; mend secrets.rotated.${name}, or the clock`;
  }
  if (age === undefined) return `unknown: note secrets.rotated.${name}, or rotate it`;
  return due ? `due: npm run secrets -- ${stack} rotate ${name}` : "good";
}

/** The schedule as a table. */
export function dueTable(rows: readonly DueRow[], stack: string): string {
  return renderTable([
    ["SECRET", "AGE", "PERIOD", "KNOWN FROM", "STATE"],
    ...rows.map((row) => [
      row.name,
      row.ageDays === undefined ? "-" : `${String(row.ageDays)} d`,
      `${String(row.days)} d`,
      row.age?.from ?? "-",
      stateOf(row, stack),
    ]),
  ]);
}

/** What `due` prints, and how it ends: 2 when something is due, 1 when a host could not be asked. */
export function reportDue(
  rows: readonly DueRow[],
  silent: readonly string[],
  stack: string,
  print: (text: string) => void,
): number {
  print(dueTable(rows, stack));
  for (const line of silent) print(`${line}\n`);
  if (rows.some(({ due }) => due)) return 2;
  return silent.length > 0 ? 1 : 0;
}
