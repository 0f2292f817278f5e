import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";

/** What is kept beside the copies. */
const rekeyNote = z.strictObject({
  /** When the run began. */
  startedAt: z.iso.datetime(),
  /** Keyed fingerprints of everything that was opened before, by name. */
  before: z.record(z.string(), z.string()),
});

/** See {@link rekeyNote}. */
export type RekeyNote = z.output<typeof rekeyNote>;

/** A stack's file and state as they were, their secrets encrypted by the key of then. */
export interface Copies {
  readonly folder: string;
  readonly stackFile: string;
  readonly state: string;
  /** Path of the state's copy. */
  readonly stateFile: string;
  readonly note: RekeyNote;
}

function copiesFolder(stack: string, directory: string): string {
  return join(directory, ".bramble", "rekey", stack);
}

function writeThrough(path: string, text: string): void {
  const file = openSync(path, "wx", 0o600);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** The copies of a run that did not come to its end; `undefined` when there are none. */
export function findCopies(stack: string, directory: string): Copies | undefined {
  const folder = copiesFolder(stack, directory);
  if (!existsSync(folder)) return undefined;
  const read = (name: string): string => readFileSync(join(folder, name), "utf8");
  return {
    ...{ folder, stackFile: read("stack.yaml"), state: read("state.json") },
    ...{ stateFile: join(folder, "state.json") },
    note: rekeyNote.parse(JSON.parse(read("note.json"))),
  };
}

/** Keeps copies, for this user alone and out of Git. They are there whole or not at all. */
export function makeCopies(
  stack: string,
  directory: string,
  contents: { readonly stackFile: string; readonly state: string; readonly note: RekeyNote },
): void {
  const folder = copiesFolder(stack, directory);
  const part = `${folder}.part`;
  rmSync(part, { recursive: true, force: true });
  mkdirSync(part, { recursive: true, mode: 0o700 });
  writeFileSync(join(dirname(folder), ".gitignore"), "*\n");
  writeThrough(join(part, "stack.yaml"), contents.stackFile);
  writeThrough(join(part, "state.json"), contents.state);
  writeThrough(join(part, "note.json"), JSON.stringify(contents.note));
  renameSync(part, folder);
}

/** Ends what {@link makeCopies} began. */
export function dropCopies(stack: string, directory: string): void {
  const folder = copiesFolder(stack, directory);
  const part = `${folder}.part`;
  if (existsSync(folder)) {
    // A half of them would be taken for all of them.
    rmSync(part, { recursive: true, force: true });
    renameSync(folder, part);
  }
  rmSync(part, { recursive: true, force: true });
}
