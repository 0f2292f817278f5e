import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { mergeKubeconfig } from "./merge";

/** What a merge did. */
export interface Merged {
  /** The file itself, links followed. */
  readonly path: string;
  /** Copy of the file as it was before the first merge, when this merge made it. */
  readonly backup?: string;
  /** False when the file said all of it already. */
  readonly changed: boolean;
  /** The whole text the file holds now. */
  readonly text: string;
}

/**
 * Merges a kubeconfig into a file, whole or not at all. Nobody but its owner can read the file
 * afterwards; before the first merge it is kept as `<file>.before-bramble`.
 */
export function mergeIntoFile(file: string, added: string): Merged {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const exists = existsSync(file);
  const path = exists ? realpathSync(file) : file;
  const before = exists ? readFileSync(path, "utf8") : undefined;
  const text = mergeKubeconfig(before, added);
  if (text === before) {
    chmodSync(path, 0o600);
    return { path, changed: false, text };
  }
  const backup = `${path}.before-bramble`;
  const keep = before !== undefined && !existsSync(backup);
  if (keep) {
    copyFileSync(path, backup);
    chmodSync(backup, 0o600);
  }
  const temporary = `${path}.bramble-new`;
  rmSync(temporary, { force: true });
  writeFileSync(temporary, text, { mode: 0o600 });
  renameSync(temporary, path);
  return { path, changed: true, text, ...(keep ? { backup } : {}) };
}
