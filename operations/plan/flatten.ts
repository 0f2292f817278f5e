type Fields = Readonly<Record<string, unknown>>;

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What tells an item of a list from the others: its name, else its place. */
function labels(items: readonly unknown[]): string[] {
  const names = items.map((item) => (isFields(item) ? item["name"] : undefined));
  const named = names.filter((name) => typeof name === "string");
  const usable = named.length === items.length && new Set(named).size === items.length;
  return items.map((_, index) => (usable ? (named[index] ?? "") : String(index)));
}

/** A list of plain values reads best as one. */
function isPlain(items: readonly unknown[]): boolean {
  return items.every((item) => typeof item !== "object" || item === null);
}

/**
 * The values of an object by their paths, such as `spec.containers[radarr].image`. Items of lists go by
 * their names where they have some, so that one more of them is one difference.
 */
export function flatten(value: unknown, path = ""): Map<string, unknown> {
  const entries: (readonly [string, unknown])[] = Array.isArray(value)
    ? value.map((item: unknown, index) => [`${path}[${labels(value)[index] ?? ""}]`, item] as const)
    : isFields(value)
      ? Object.entries(value).map(([key, item]) => [step(path, key), item] as const)
      : [];
  if (entries.length === 0 || (Array.isArray(value) && isPlain(value))) {
    return new Map([[path, value]]);
  }
  return new Map(entries.flatMap(([next, item]) => [...flatten(item, next)]));
}

function step(path: string, key: string): string {
  const plain = /^[\w-]+$/.test(key);
  if (path === "") return plain ? key : `["${key}"]`;
  return plain ? `${path}.${key}` : `${path}["${key}"]`;
}
