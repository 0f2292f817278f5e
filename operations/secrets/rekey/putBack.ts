import { readFileSync } from "node:fs";
import { replaceFile } from "../../stackFileEdit";
import { readStackKey, type StackKey } from "../keys/stackKey";
import {
  differences,
  type Fingerprints,
  fingerprintsOf,
  sameStackFile,
  sameState,
  stateKey,
  trailKeyIn,
} from "./compare";
import type { Copies } from "./copies";
import type { Contents, Key, KeyedStack } from "./keyedStack";

const keyOf = ({ provider, salt, encryptedKey }: StackKey): string =>
  JSON.stringify([provider ?? null, salt ?? null, encryptedKey ?? null]);

/** How far a run came that did not come to its end. */
export interface Progress {
  /** Whether the stack's file has another key than its copy. */
  readonly file: boolean;
  /** Whether the state has. */
  readonly state: boolean;
  /** What somebody changed since; nothing may be put back over it. */
  readonly changed: readonly string[];
}

/** Compares a stack with the copies of it. */
export function progressOf(copies: Copies, stackFile: string, state: string): Progress {
  // The CLI empties the file before it writes it.
  const emptied = stackFile.trim() === "";
  return {
    file: keyOf(readStackKey(stackFile)) !== keyOf(readStackKey(copies.stackFile)),
    state: stateKey(state) !== stateKey(copies.state),
    changed: [
      ...(emptied || sameStackFile(stackFile, copies.stackFile) ? [] : ["the stack's file"]),
      ...(sameState(state, copies.state) ? [] : ["the state"]),
    ],
  };
}

/** Names of what a stack does not hold as it did before. @throws when the key does not open it. */
export async function lost(
  engine: KeyedStack,
  key: Key,
  before: Fingerprints,
  project: string,
): Promise<string[]> {
  const contents: Contents = await engine.contents(key);
  const trailKey = trailKeyIn(contents, project);
  if (trailKey === undefined) return [`config ${project}:trailKey`];
  return differences(before, fingerprintsOf(contents, trailKey));
}

/**
 * Puts file and state back as the copies have them.
 *
 * @throws Error in one line when the old key does not open them then.
 */
export async function putBack(
  copies: Copies,
  path: string,
  engine: KeyedStack,
  key: Key,
  project: string,
): Promise<void> {
  if (stateKey(await engine.lockedState()) !== stateKey(copies.state)) {
    await engine.importState(copies.stateFile, key);
  }
  if (readFileSync(path, "utf8") !== copies.stackFile) replaceFile(path, copies.stackFile);
  const missing = await lost(engine, key, copies.note.before, project);
  if (missing.length > 0) {
    throw new Error(`put back, and yet not as before: ${missing.join(", ")}`);
  }
}
