import { lstatSync, readdirSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { fileText, readRegularFile } from "../formats/source";

/** A text file and what is in it. */
export interface TextFile {
  /** As it is shown: below the path that was given. */
  readonly file: string;
  readonly text: string;
}

/** Text files, and what could not be looked at. */
export interface Walked {
  readonly files: readonly TextFile[];
  readonly unseen: readonly (readonly [file: string, why: string])[];
}

/** What is wrong with a file, without its name. */
export function causeOf(file: string, error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.startsWith(`${file}: `) ? message.slice(file.length + 2) : message;
}

/** Folders of tools: what is in them was fetched, or is Git's own. */
const skipped = new Set([".git", "node_modules", ".bramble", ".venv", ".terraform"]);

function filesBelow(path: string): string[] {
  const stats = lstatSync(path);
  if (stats.isFile()) return [path];
  if (!stats.isDirectory()) return [];
  return readdirSync(path)
    .filter((name) => !skipped.has(name))
    .sort()
    .flatMap((name) => filesBelow(join(path, name)));
}

const isText = (content: Uint8Array): boolean => !content.subarray(0, 8000).includes(0);

/**
 * All text files below some paths, each once. Links are not followed.
 *
 * @throws Error when a path is not there.
 */
export function walk(paths: readonly string[]): Walked {
  const seen = new Set<string>();
  const files: TextFile[] = [];
  const unseen: (readonly [string, string])[] = [];
  for (const path of paths) {
    let below: string[];
    try {
      // A path that is itself a link was meant.
      below = lstatSync(path).isSymbolicLink() ? filesBelow(realpathSync(path)) : filesBelow(path);
    } catch {
      throw new Error(`${path}: is not there, or may not be read by you`);
    }
    for (const file of below) {
      const real = realpathSync(file);
      if (seen.has(real)) continue;
      seen.add(real);
      try {
        const content = readRegularFile(file);
        if (isText(content)) files.push({ file, text: fileText(file, content) });
      } catch (error) {
        const why = causeOf(file, error);
        if (why !== "is no UTF-8 text") unseen.push([file, why]);
      }
    }
  }
  return { files, unseen };
}
