import { closest, distance } from "fastest-levenshtein";
import type { z } from "zod";
import { shown } from "./fields";

/** One mistake in the configuration, as a person reads it. */
export interface Problem {
  /** Where: `hosts[2].address`. */
  readonly path: string;
  /** What is wrong and how to mend it, value included. */
  readonly message: string;
}

/** Thrown with every mistake at once, before anything is touched. */
export class ConfigError extends Error {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map(problemLine).join("\n"));
    this.name = "ConfigError";
    this.problems = problems;
  }
}

/**
 * One line for one mistake: `bramble:hosts[2].address: 10.69.1.300 is not an IPv4 address`. Of a URL
 * with user and password, as people paste them, these are not repeated.
 */
export function problemLine({ path, message }: Problem): string {
  return `bramble:${path}: ${message.replace(/(?<=\/\/)[^\s/@]+(?=@)/g, "…")}`;
}

/** Writes a path the way people write it: `hosts[2].address`. */
export function formatPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === "number") return `${text}[${String(part)}]`;
    return text === "" ? String(part) : `${text}.${String(part)}`;
  }, "");
}

/** Adds "did you mean …" when a known name is near enough to be meant. */
export function nearest(key: string, known: readonly string[]): string {
  if (known.length === 0) return "";
  const candidate = closest(key, known);
  return distance(key, candidate) <= Math.max(2, Math.floor(key.length / 3))
    ? `: did you mean \`${candidate}\`?`
    : `. Known: ${known.join(", ")}`;
}

/** What the schema knows about a path. */
export interface SchemaFacts {
  /** The keys of the object there; empty where it is not an object. */
  readonly keys: readonly string[];
  /** The form a value must have, where the schema names it. */
  readonly expected: string | undefined;
}

const typeNames: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "a map of keys",
  record: "a map of keys",
};

/** The value at a path of an input; `undefined` where there is none. */
export function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === "object" && value !== null
        ? (value as Record<PropertyKey, unknown>)[key]
        : undefined,
    input,
  );
}

function describeIssue(
  issue: z.core.$ZodIssue,
  value: unknown,
  expected: string | undefined,
): string {
  switch (issue.code) {
    case "invalid_type":
      return value === undefined
        ? `is missing: set it to ${expected ?? typeNames[issue.expected] ?? issue.expected}`
        : `${shown(value)} is not ${typeNames[issue.expected] ?? issue.expected}`;
    case "invalid_value":
      return `${value === undefined ? "is missing" : shown(value)}: use ${issue.values.map(String).join(" or ")}`;
    case "too_small":
      return value === "" || (Array.isArray(value) && value.length === 0)
        ? "must not be empty"
        : `${shown(value)} is too small: the least is ${String(issue.minimum)}`;
    case "too_big":
      return `${shown(value)} is too large: the most is ${String(issue.maximum)}`;
    case "invalid_key":
      return issue.issues[0]?.message ?? issue.message;
    default:
      return issue.message;
  }
}

/** Turns zod's issues into problems; unknown keys are named with the nearest known one. */
export function problemsOf(
  error: z.ZodError,
  input: unknown,
  factsAt: (path: readonly PropertyKey[]) => SchemaFacts,
): Problem[] {
  return error.issues.flatMap((issue) => {
    const { keys, expected } = factsAt(issue.path);
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map((key) => ({
        path: formatPath([...issue.path, key]),
        message: `unknown key${nearest(key, keys)}`,
      }));
    }
    const message = describeIssue(issue, valueAt(input, issue.path), expected);
    return [{ path: formatPath(issue.path), message }];
  });
}
