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
import { type Document, isMap, parseDocument } from "yaml";
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
  const document = parseDocument(text);
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

/**
 * The text of a stack's file with some values changed. Comments, order and form of the rest stay.
 *
 * @throws Error in one line where a path leads through something that is no map.
 */
export function editStackText(text: string, edits: StackEdits): string {
  const document = parsed(text);
  for (const [path, value] of Object.entries(edits)) {
    const keys = keysOf(document, path);
    if (value === undefined) {
      take(document, keys);
      continue;
    }
    makeRoom(document, keys);
    try {
      document.setIn(keys, value);
    } catch {
      throw new Error(`${path}: what holds it in the stack's file is no map`);
    }
  }
  return document.toString({ lineWidth: 0 });
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
