import type { Config } from "../../../config/schema";
import { compoundSecrets, partsOf } from "../compound";
import type { SecretEntry } from "../formats/types";
import { type Item, itemsOf } from "./items";
import type { Assignment, Target } from "./assignment";
import { lookup } from "./lookup";
import { isEncrypted, isPlaceholder, isReference, isSetting, settingNote } from "./looks";
import { mapped, type MapRow } from "./mapFile";
import { shownFile, shownPath } from "./shown";

/** A value and what is made of it. */
export interface Assigned {
  readonly item: Item;
  readonly assignment: Assignment;
}

/** Why a value cannot be taken as it is. */
function refusal({ value, entry }: Item): string | undefined {
  if (entry.encoding === "base64" || value.includes("\0")) return "is bytes, not text";
  if (isEncrypted(value)) return "is still encrypted";
  if (isPlaceholder(value)) return "is a placeholder";
  return value.trim() === "" ? "is empty" : undefined;
}

/** A secret of several values, given whole, as its values. */
function spread(item: Item, target: Target): Assigned[] {
  const parts = partsOf(item.value);
  if (parts === undefined) {
    const why = `is not JSON as ${target.name} has it; one value of it goes by --map: ${target.name}/…`;
    return [{ item, assignment: { kind: "refused", why } }];
  }
  return parts.map(({ part, value }) => ({
    item: { ...item, path: [...item.path, ...part], value },
    assignment: { kind: "target", target: { ...target, part } },
  }));
}

function assign(item: Item, config: Config, map: readonly MapRow[]): Assigned[] {
  const said = mapped(map, item);
  if (said === undefined && item.value === "") {
    return [{ item, assignment: { kind: "ignored", why: "empty" } }];
  }
  if (said === undefined && isReference(item.value)) {
    return [{ item, assignment: { kind: "ignored", why: "names another value" } }];
  }
  const assignment = said ?? lookup(item.lookup, config);
  if (assignment.kind === "unmapped" && isSetting(item.entry)) {
    return [{ item, assignment: { kind: "ignored", why: settingNote } }];
  }
  if (assignment.kind !== "target") return [{ item, assignment }];
  const why = refusal(item);
  if (why !== undefined) return [{ item, assignment: { kind: "refused", why } }];
  const { target } = assignment;
  const whole = compoundSecrets.includes(target.name) && target.part.length === 0;
  return whole ? spread(item, target) : [{ item, assignment }];
}

/** A target as one text. */
export const targetKey = ({ name, part }: Target): string => [name, ...part].join("/");

/** Values of one secret that are not the same: none of them is taken, because nobody said which. */
function withoutConflicts(assigned: readonly Assigned[]): Assigned[] {
  const first = new Map<string, Item>();
  const rivals = new Map<string, Item>();
  for (const { item, assignment } of assigned) {
    if (assignment.kind !== "target") continue;
    const key = targetKey(assignment.target);
    const known = first.get(key);
    if (known === undefined) first.set(key, item);
    else if (known.value !== item.value) rivals.set(key, item);
  }
  return assigned.map((one) => {
    if (one.assignment.kind !== "target") return one;
    const key = targetKey(one.assignment.target);
    const rival = rivals.get(key);
    const other = rival?.value === one.item.value ? first.get(key) : rival;
    if (rival === undefined || other === undefined) return one;
    const place = `${shownFile(other.entry)}: ${shownPath(other.path)}`;
    const why = `${key}: another value of it in ${place}; say by --map which one to ignore`;
    return { ...one, assignment: { kind: "refused", why } };
  });
}

/** What is made of each value of some entries by itself, in their order. */
export function assignEach(
  entries: readonly SecretEntry[],
  config: Config,
  map: readonly MapRow[],
): readonly Assigned[] {
  return itemsOf(entries).flatMap((item) => assign(item, config, map));
}

/** What is made of the values of some entries taken together, in their order. */
export function assignAll(
  entries: readonly SecretEntry[],
  config: Config,
  map: readonly MapRow[],
): readonly Assigned[] {
  return withoutConflicts(assignEach(entries, config, map));
}
