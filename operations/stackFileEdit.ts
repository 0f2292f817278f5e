import {
  closeSync,
  fsyncSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  statSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { type Document, isMap, isNode, isScalar, parseDocument, stringify } from "yaml";
import { projectDirectory, projectName, stackFilePath } from "./stackFile";

/** What a value of a stack's file is changed to; `undefined` takes it out. */
export type StackValue = string | number | boolean | undefined;

/** Changes by path: `k3s.rotation.serverToken`, without the project's prefix. */
export type StackEdits = Readonly<Record<string, StackValue>>;

/** The keys that lead to a value. The first may be written with the project's prefix or without. */
function keysOf(document: Document, path: string): string[] {
  const [first = "", ...rest] = path.split(".");
  const prefixed = `${projectName}:${first}`;
  const plain = document.hasIn(["config", first]) && !document.hasIn(["config", prefixed]);
  return ["config", plain ? first : prefixed, ...rest];
}

function parsed(text: string): Document {
  // The CLI reads a date as a moment and hands it on in a form of its own, unless it is quoted.
  const document = parseDocument(text, { compat: "yaml-1.1" });
  const [mistake] = document.errors;
  if (mistake !== undefined) {
    throw new Error(`the stack's file is no YAML: ${mistake.message.split("\n")[0] ?? ""}`);
  }
  return document;
}

/** Maps that hold nothing any more go with what was in them; the outermost, `config`, stays. */
function take(document: Document, keys: readonly string[]): void {
  if (!document.hasIn(keys)) return;
  document.deleteIn(keys);
  const parent = keys.slice(0, -1);
  const left = document.getIn(parent);
  if (parent.length > 1 && isMap(left) && left.items.length === 0) take(document, parent);
}

/** A key without a value is read as `null`: a map takes its place. */
function makeRoom(document: Document, keys: readonly string[]): void {
  for (let depth = 1; depth < keys.length; depth += 1) {
    const parent = keys.slice(0, depth);
    if (document.hasIn(parent) && document.getIn(parent) === null) document.deleteIn(parent);
  }
}

/** From the start of the line that a key of the config begins to the end of its value's last line. */
function linesOf(text: string, document: Document, key: string): [number, number] | undefined {
  const config = document.get("config");
  if (!isMap(config) || config.flow === true) return undefined;
  const pair = config.items.find((item) => isScalar(item.key) && item.key.value === key);
  const at = isScalar(pair?.key) ? pair.key.range?.[0] : undefined;
  if (pair === undefined || at === undefined) return undefined;
  const last = isNode(pair.value) ? (pair.value.range?.[1] ?? at) : at;
  // A block ends with its line; anything else may have a comment behind it.
  const isWhole = text[last - 1] === "\n";
  const end = isWhole ? last : text.indexOf("\n", last) + 1;
  return [text.lastIndexOf("\n", at - 1) + 1, end === 0 ? text.length : end];
}

/** By how many columns the file indents its config. */
function indentOf(text: string, document: Document): number {
  const config = document.get("config");
  const first = isMap(config) ? config.items[0]?.key : undefined;
  const at = isScalar(first) ? (first.range?.[0] ?? 0) : 0;
  return Math.max(2, at === 0 ? 2 : at - text.lastIndexOf("\n", at - 1) - 1);
}

/** Where a further key of the config goes; undefined where the file has no block of them. */
function endOfConfig(text: string, document: Document): number | undefined {
  const config = document.get("config");
  const last = isMap(config) ? config.items.at(-1)?.key : undefined;
  return isScalar(last) ? linesOf(text, document, String(last.value))?.[1] : undefined;
}

/** Takes from a text written anew just the lines of one key, so that all others stay as they are. */
function withLinesOf(key: string, text: string, anew: string): string {
  const [before, after] = [parsed(text), parsed(anew)];
  const end = endOfConfig(text, before);
  if (end === undefined) return anew;
  const from = linesOf(anew, after, key);
  const lines = from === undefined ? "" : anew.slice(...from);
  const [start, stop] = linesOf(text, before, key) ?? [end, end];
  const gap = lines === "" || start === 0 || text[start - 1] === "\n" ? "" : "\n";
  return text.slice(0, start) + gap + lines + text.slice(stop);
}

function editOne(text: string, path: string, value: StackValue): string {
  const document = parsed(text);
  const keys = keysOf(document, path);
  const layout = { lineWidth: 0, indent: indentOf(text, document) };
  const known: unknown = document.getIn(keys, true);
  const range = isScalar(known) ? known.range : undefined;
  if (value !== undefined && isScalar(known) && known.value !== null && range) {
    const written = stringify(value, { lineWidth: 0, compat: "yaml-1.1" }).trimEnd();
    return text.slice(0, range[0]) + written + text.slice(range[1]);
  }
  if (value === undefined) take(document, keys);
  else {
    makeRoom(document, keys);
    try {
      document.setIn(keys, value);
    } catch {
      throw new Error(`${path}: what holds it in the stack's file is no map`);
    }
  }
  return withLinesOf(keys[1] ?? "", text, document.toString(layout));
}

/**
 * The text of a stack's file with some values changed. All else stays as it is: comments, order, and
 * the form of every other section.
 *
 * @throws Error in one line where a path leads through something that is no map.
 */
export function editStackText(text: string, edits: StackEdits): string {
  return Object.entries(edits).reduce(
    (edited, [path, value]) => editOne(edited, path, value),
    text,
  );
}

/** A value of the text of a stack's file; `undefined` where it has none. */
export function stackTextValue(text: string, path: string): unknown {
  const document = parsed(text);
  return document.getIn(keysOf(document, path));
}

/** Writes a file whole or not at all, with the mode it had: a power cut leaves the old or the new. */
export function replaceFile(path: string, text: string): void {
  const real = realpathSync(path);
  const beside = `${real}.${String(process.pid)}.new`;
  const file = openSync(beside, "wx", statSync(real).mode & 0o777);
  try {
    try {
      writeSync(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(beside, real);
  } catch (error) {
    unlinkSync(beside);
    throw error;
  }
}

/**
 * Changes values of a stack's file; writes nothing where nothing differs.
 *
 * @returns the values that were there before, by the same paths: handed back to this function they
 * undo the change.
 */
export function editStackFile(
  stack: string,
  edits: StackEdits,
  directory: string = projectDirectory,
): StackEdits {
  const path = stackFilePath(stack, directory);
  const text = readFileSync(path, "utf8");
  const before = Object.keys(edits).map((name) => [name, stackTextValue(text, name)] as const);
  if (before.some(([name, value]) => value !== edits[name])) {
    replaceFile(path, editStackText(text, edits));
  }
  return Object.fromEntries(before) as StackEdits;
}
