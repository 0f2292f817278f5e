type Fields = Readonly<Record<string, unknown>>;

/** The keys of a path: `spec.rules[0].host`. */
function keysOf(path: string): (string | number)[] {
  return [...path.matchAll(/\[(\d+)\]|\["([^"]+)"\]|([^.[\]]+)/g)].map(([, index, quoted, name]) =>
    index === undefined ? (quoted ?? name ?? "") : Number(index),
  );
}

function replaced(value: unknown, [key, ...rest]: (string | number)[], to: unknown): unknown {
  if (key === undefined) return to;
  if (typeof key === "number") {
    const list = Array.isArray(value) ? (value as unknown[]) : [];
    const items = [...list];
    items[key] = replaced(list[key], rest, to);
    return items;
  }
  const fields = (value ?? {}) as Fields;
  const next = replaced(fields[key], rest, to);
  const others = Object.entries(fields).filter(([name]) => name !== key);
  return Object.fromEntries(next === undefined ? others : [...others, [key, next]]);
}

/** A value with another one at a path; `undefined` takes away what is there. */
export function withAt<T extends Fields>(value: T, path: string, to: unknown): T {
  return replaced(value, keysOf(path), to) as T;
}
