import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

type Fields = Readonly<Record<string, unknown>>;

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A subchart, as Chart.yaml names it. */
interface Dependency {
  readonly name: string;
  readonly alias?: string;
}

/** The right one's values over the left one's, as Helm lays a chart's over its subchart's. */
function merged(left: unknown, right: unknown): unknown {
  if (!isFields(left) || !isFields(right)) return right ?? left;
  const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
  return Object.fromEntries([...keys].map((key) => [key, merged(left[key], right[key])]));
}

/**
 * The values a chart knows, its subcharts' under their names.
 *
 * @param folder of the unpacked chart, whose subcharts are unpacked too
 */
export function knownValues(folder: string): Fields {
  const file = (name: string) => join(folder, name);
  const read = (name: string): unknown =>
    existsSync(file(name)) ? parse(readFileSync(file(name), "utf8"), { merge: true }) : {};
  const { dependencies = [] } = (read("Chart.yaml") ?? {}) as { dependencies?: Dependency[] };
  const subcharts = dependencies
    .filter(({ name }) => existsSync(file(join("charts", name, "Chart.yaml"))))
    .map(({ name, alias }) => [alias ?? name, knownValues(file(join("charts", name)))]);
  const known = merged(Object.fromEntries(subcharts), read("values.yaml") ?? {});
  return { global: {}, ...(known as Fields) };
}

/**
 * The paths of values that a chart does not name. Where its own value is empty, such as `{}`, it
 * takes whatever it is given.
 */
export function unknownPaths(
  values: unknown,
  known: unknown,
  path: readonly string[] = [],
): string[][] {
  if (!isFields(values) || !isFields(known) || Object.keys(known).length === 0) return [];
  return Object.entries(values).flatMap(([key, value]) =>
    Object.hasOwn(known, key) ? unknownPaths(value, known[key], [...path, key]) : [[...path, key]],
  );
}

/** The values without the one at a path. */
export function withoutPath(values: Fields, [key = "", ...rest]: readonly string[]): Fields {
  const value = values[key];
  const others = Object.fromEntries(Object.entries(values).filter(([name]) => name !== key));
  return rest.length === 0 || !isFields(value)
    ? others
    : { ...others, [key]: withoutPath(value, rest) };
}
