import type { z } from "zod";
import { valueAt } from "./problems";

/** The lists whose broken rows are set aside, so that the sound ones are still checked. */
const lists = ["hosts", "network.pools", "platform.monitoring.receivers"] as const;

/** What is left of an input once its broken parts are taken out. */
export interface Pruned {
  readonly input: Record<string, unknown>;
  /** For each list that lost rows: the original index of each row that stayed. */
  readonly kept: ReadonlyMap<string, readonly number[]>;
}

function isRecord(value: unknown): value is Record<PropertyKey, unknown> {
  return typeof value === "object" && value !== null;
}

function remove(input: unknown, path: readonly PropertyKey[]): void {
  const last = path.at(-1);
  const parent = path
    .slice(0, -1)
    .reduce<unknown>((value, key) => (isRecord(value) ? value[key] : undefined), input);
  if (last === undefined || !isRecord(parent)) return;
  if (Array.isArray(parent)) parent[Number(last)] = undefined;
  else Reflect.deleteProperty(parent, last);
}

/**
 * How much to drop: a row of a list as a whole, what lacks a value with all that is beside it, and
 * anything else as narrowly as it is.
 */
function target(input: unknown, path: readonly PropertyKey[]): readonly PropertyKey[] {
  for (const list of lists) {
    const prefix = list.split(".");
    const below = prefix.every((part, index) => path[index] === part);
    if (below && path.length > prefix.length) return path.slice(0, prefix.length + 1);
  }
  return valueAt(input, path) === undefined ? path.slice(0, -1) : path;
}

function compact(input: Record<string, unknown>): ReadonlyMap<string, readonly number[]> {
  const kept = new Map<string, readonly number[]>();
  for (const list of lists) {
    const [name, inner] = list.split(".") as [string, string?];
    const holder = inner === undefined ? input : input[name];
    const key = inner ?? name;
    if (!isRecord(holder)) continue;
    const rows = holder[key];
    if (!Array.isArray(rows) || !rows.includes(undefined)) continue;
    const indices = rows.flatMap((row, index) => (row === undefined ? [] : [index]));
    kept.set(list, indices);
    holder[key] = indices.map((index) => rows[index] as unknown);
  }
  return kept;
}

/**
 * Takes the parts an error names out of a copy of the input, so that the rules can be run on the
 * rest and every mistake is told at once.
 */
export function prune(
  input: Readonly<Record<string, unknown>>,
  issues: readonly z.core.$ZodIssue[],
): Pruned {
  const copy = structuredClone(input) as Record<string, unknown>;
  for (const issue of issues) {
    const paths =
      issue.code === "unrecognized_keys"
        ? issue.keys.map((key) => [...issue.path, key])
        : [target(input, issue.path)];
    for (const path of paths) remove(copy, path);
  }
  return { input: copy, kept: compact(copy) };
}

/** Gives the rows of a text such as `hosts[1].address` back the index they have in the input. */
export function restoreIndices(text: string, kept: Pruned["kept"]): string {
  return [...kept].reduce(
    (result, [list, indices]) =>
      result.replaceAll(
        new RegExp(`${list.replace(".", "\\.")}\\[(\\d+)\\]`, "g"),
        (_match, index: string) => `${list}[${String(indices[Number(index)] ?? index)}]`,
      ),
    text,
  );
}
