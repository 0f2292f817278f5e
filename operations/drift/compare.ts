/** One place in which two documents differ. */
export interface Difference {
  /** Such as `spec.template.spec.containers[0].image`. */
  readonly path: string;
  readonly found: string;
  readonly wanted: string;
}

type Fields = Readonly<Record<string, unknown>>;

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const longest = 60;

function short(value: unknown): string {
  if (value === undefined) return "missing";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  const line = text.replaceAll("\n", "⏎");
  return line.length > longest ? `${line.slice(0, longest - 1)}…` : line;
}

function join(path: string, key: string): string {
  if (!/^[A-Za-z0-9_-]+$/.test(key)) return `${path}["${key}"]`;
  return path === "" ? key : `${path}.${key}`;
}

/**
 * Compares a document as it is with what it would be once the program's wish was applied to it:
 * whatever differs is not as wanted.
 */
export function differencesOf(found: unknown, wanted: unknown, path = ""): Difference[] {
  if (isFields(found) && isFields(wanted)) {
    const keys = [...new Set([...Object.keys(found), ...Object.keys(wanted)])].sort();
    return keys.flatMap((key) => differencesOf(found[key], wanted[key], join(path, key)));
  }
  if (Array.isArray(found) && Array.isArray(wanted) && found.length === wanted.length) {
    return wanted.flatMap((item, index) =>
      differencesOf(found[index], item, `${path}[${String(index)}]`),
    );
  }
  if (found === wanted || JSON.stringify(found) === JSON.stringify(wanted)) return [];
  return [{ path, found: short(found), wanted: short(wanted) }];
}

/** Fields that the API server writes by itself with any change. */
const ownFields = [
  "managedFields",
  "resourceVersion",
  "generation",
  "uid",
  "creationTimestamp",
  "selfLink",
];

/** An object without what the API server and controllers write. */
export function comparable(object: Fields): Fields {
  const { status: _status, metadata, ...rest } = object;
  if (!isFields(metadata)) return rest;
  const kept = Object.entries(metadata).filter(([key]) => !ownFields.includes(key));
  return { ...rest, metadata: Object.fromEntries(kept) };
}
