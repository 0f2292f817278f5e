import { parseEnv } from "node:util";
import { FileTrouble } from "../source";
import type { Branch, Node } from "../tree";

const blank = /[^\S\n]*(?:#[^\n]*)?(?:\n|$)/y;
const name = /[^\S\n]*(?:export[^\S\n]+)?([\w.-]+)[^\S\n]*=[^\S\n]*/y;
const quoted = /("[^"]*"|'[^']*'|`[^`]*`)[^\S\n]*(?:#[^\n]*)?(?:\n|$)/y;
const bare = /([^\n]*?)(?:[^\S\n]+#[^\n]*|[^\S\n]*)(?:\n|$)/y;

/** What a pattern finds at one place of a text. */
function matchAt(pattern: RegExp, text: string, at: number): readonly string[] | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text) ?? undefined;
}

/** Where a value without quotes would be read in different ways. */
function bareTrouble(value: string): string | undefined {
  if (/^["'`]/.test(value)) return "has a quote that does not end, or text behind one";
  if (value.includes("#")) return "has a # in a value without quotes: put the value in quotes";
  return undefined;
}

/**
 * Reads a dotenv file: values with or without quotes, over several lines within quotes, `export`,
 * comments. What a value is decides Node's own reader; a line that it would pass over is refused.
 *
 * @throws FileTrouble that names the line.
 * @see https://nodejs.org/docs/latest-v20.x/api/util.html#utilparseenvcontent
 */
export function readDotenv(file: string, given: string): Node[] {
  const text = given.replaceAll("\r\n", "\n");
  const values = new Map<string, Node>();
  let at = 0;
  while (at < text.length) {
    const [passed] = matchAt(blank, text, at) ?? [];
    if (passed !== undefined) {
      at += passed.length;
      continue;
    }
    const refuse = (why: string): FileTrouble =>
      new FileTrouble(file, `line ${text.slice(0, at).split("\n").length} ${why}`);
    const [head, key] = matchAt(name, text, at) ?? [];
    if (head === undefined || key === undefined) throw refuse("is no NAME=value");
    if (values.has(key)) throw refuse("sets a name a second time");
    const inQuotes = matchAt(quoted, text, at + head.length);
    const [rest = "", raw = ""] = inQuotes ?? matchAt(bare, text, at + head.length) ?? [];
    const trouble = inQuotes === undefined ? bareTrouble(raw) : undefined;
    if (trouble !== undefined) throw refuse(trouble);
    const value = parseEnv(`value=${raw}`)["value"] ?? "";
    values.set(key, { kind: "value", text: value });
    at += head.length + rest.length;
  }
  return [{ kind: "map", entries: [...values] }];
}

/**
 * Reads a dotenv file as SOPS does: one value a line, quotes and all, `\n` for a line break.
 *
 * @see https://github.com/getsops/sops/blob/main/stores/dotenv/store.go
 */
export function readSopsDotenv(file: string, text: string): Branch {
  const lines = text.split("\n").map((line) => line.replace(/\r$/, ""));
  const entries = lines.flatMap((line, index) => {
    if (line === "" || line.startsWith("#")) return [];
    const equals = line.indexOf("=");
    if (equals < 0) throw new FileTrouble(file, `line ${index + 1} is no NAME=value`);
    const value = line.slice(equals + 1).replaceAll("\\n", "\n");
    return [[line.slice(0, equals), { kind: "value" as const, text: value }] as const];
  });
  return { kind: "map", entries };
}

/** A value of a dotenv file without the quotes that SOPS leaves around it. */
export function unquoted(text: string): string {
  return /^(?:"[^"]*"|'[^']*')$/s.test(text) ? text.slice(1, -1) : text;
}
