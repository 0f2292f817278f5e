import type { Config } from "../../../config/schema";
import type { SecretName } from "../../../config/secrets";
import { partOf } from "../compound";
import type { SecretEntry } from "../formats/types";
import { assignEach, targetKey } from "../import/assign";
import type { Item } from "../import/items";
import type { Assignment } from "../import/assignment";
import type { MapRow } from "../import/mapFile";
import { shortestSearched, valuesOf } from "./clearValues";
import type { FoundKind } from "./find";

/** What the stack has of one value of a file. */
export type EntryState =
  | "in the stack"
  /** The stack has another value. */
  | "differs"
  | "not in the stack"
  | "not of this stack"
  /** By the map with its reason, or because nothing is lost with it. */
  | "ignored"
  /** By the map, which does not say why. */
  | "ignored without a reason"
  /** It could be several things, or is no value as it stands. */
  | "unclear";

/** One value of a file, judged. */
export interface JudgedEntry {
  readonly item: Item;
  /** The secret it is; "-" where it is none. */
  readonly secret: string;
  readonly state: EntryState;
  readonly note: string;
}

/** States of values that are nowhere else. */
const blocking: readonly EntryState[] = [
  ...(["differs", "not in the stack", "not of this stack"] as const),
  ...(["ignored without a reason", "unclear"] as const),
];

/** A file with its values. */
export interface JudgedFile {
  readonly file: string;
  readonly kind: FoundKind;
  readonly mayGo: boolean;
  /** Why it stays, or what else is in it. */
  readonly why: string;
  readonly entries: readonly JudgedEntry[];
}

/** What the stack is asked by. */
export interface Known {
  readonly config: Config;
  readonly values: ReadonlyMap<SecretName, string>;
  readonly map: readonly MapRow[];
}

const mends: Readonly<Partial<Record<EntryState, string>>> = {
  differs: "where the stack's is the newer one, say so by --map",
  "not in the stack": "import it",
  "ignored without a reason": "write {ignore: <reason>}",
};

/** A value under a strange name may still be one that the stack has. */
function byValue(value: string, values: Known["values"]): SecretName | undefined {
  if (value.length < shortestSearched) return undefined;
  return valuesOf(values).find(([, known]) => known === value)?.[0];
}

function stateOf(item: Item, assignment: Assignment, { values }: Known): JudgedEntry {
  const told = (state: EntryState, secret = "-", note = mends[state] ?? ""): JudgedEntry => ({
    ...{ item, secret, state, note },
  });
  switch (assignment.kind) {
    case "target": {
      const { name, part } = assignment.target;
      const known = partOf(values.get(name), part);
      const state = known === undefined ? "not in the stack" : "differs";
      return told(known === item.value ? "in the stack" : state, targetKey(assignment.target));
    }
    case "ignored":
      return assignment.why === undefined
        ? told("ignored without a reason")
        : told("ignored", "-", assignment.why);
    case "refused":
    case "unmapped": {
      const name = byValue(item.value, values);
      if (name !== undefined) return told("in the stack", name);
      return assignment.kind === "refused"
        ? told("unclear", "-", assignment.why)
        : told("not of this stack", "-", assignment.why);
    }
  }
}

/** Kinds of files with more in them than secrets. */
const mixed: readonly FoundKind[] = ["plain values", "Ansible Vault values"];

function counted(entries: readonly JudgedEntry[]): string {
  const counts = new Map<EntryState, number>();
  for (const { state } of entries.filter((one) => blocking.includes(one.state))) {
    counts.set(state, (counts.get(state) ?? 0) + 1);
  }
  return [...counts].map(([state, count]) => `${String(count)} ${state}`).join(", ");
}

/** Compares the values of a file with the stack's. */
export function judgeFile(
  file: string,
  kind: FoundKind,
  entries: readonly SecretEntry[],
  known: Known,
): JudgedFile {
  const judged = assignEach(entries, known.config, known.map).map(({ item, assignment }) =>
    stateOf(item, assignment, known),
  );
  const why = counted(judged);
  const rest = mixed.includes(kind) ? "these values; the rest of the file is no secret" : "";
  const mayGo = why === "";
  return { ...{ file, kind, mayGo, entries: judged }, why: mayGo ? rest : why };
}
