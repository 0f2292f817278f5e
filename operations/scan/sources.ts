import { spawnSync } from "node:child_process";
import { existsSync, lstatSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { childEnvironment } from "../childEnvironment";
import type { ScanSource } from "./scan";

/** Objects larger than this are no texts that people write. */
const largest = 8 * 1024 * 1024;

/** Bytes asked of Git at once. */
const portion = 32 * 1024 * 1024;

/** @throws Error in one line when Git is missing or refuses. */
function git(directory: string, args: readonly string[], input?: string): Buffer {
  const { status, stdout, stderr, error } = spawnSync("git", ["-C", directory, ...args], {
    maxBuffer: 2 ** 30,
    env: childEnvironment(),
    ...(input === undefined ? {} : { input }),
  });
  if (error !== undefined) throw new Error(`git: ${error.message}`);
  if (status === 0) return stdout;
  const last = stderr.toString("utf8").trim().split("\n").at(-1) ?? "";
  throw new Error(`git ${args[0] ?? ""}: ${last}`);
}

const lines = (bytes: Buffer, end: string): string[] =>
  bytes
    .toString("utf8")
    .split(end)
    .filter((line) => line !== "");

/** The text of a file; undefined for pictures, archives and other bytes. */
function textOf(bytes: Buffer): string | undefined {
  return bytes.subarray(0, 8000).includes(0) ? undefined : bytes.toString("utf8");
}

/** Every file of the project that is in Git or could be added. */
export function* treeSources(directory: string): Generator<ScanSource> {
  const args = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
  for (const path of new Set(lines(git(directory, args), "\0"))) {
    const file = join(directory, path);
    if (!existsSync(file) || !lstatSync(file).isFile() || lstatSync(file).size > largest) continue;
    const text = textOf(readFileSync(file));
    if (text !== undefined) yield { path, text };
  }
}

interface GitObject {
  readonly id: string;
  readonly type: string;
  readonly size: number;
  readonly path: string;
}

/** Contents of objects, a portion at a time: one process of Git serves thousands. */
function* contents(
  directory: string,
  objects: readonly GitObject[],
): Generator<{ object: GitObject; bytes: Buffer }> {
  let rest = objects;
  while (rest.length > 0) {
    let bytes = 0;
    const until = rest.findIndex(({ size }) => (bytes += size) > portion);
    const now = rest.slice(0, until <= 0 ? (until === 0 ? 1 : rest.length) : until);
    rest = rest.slice(now.length);
    const answer = git(directory, ["cat-file", "--batch"], now.map(({ id }) => `${id}\n`).join(""));
    let at = 0;
    for (const object of now) {
      // `<id> <type> <size>`, the content, and a line's end.
      at = answer.indexOf("\n", at) + 1;
      yield { object, bytes: answer.subarray(at, at + object.size) };
      at += object.size + 1;
    }
  }
}

/** Type and size of objects; those that are not here, as in a shallow copy, are left out. */
function described(directory: string, named: readonly string[]): GitObject[] {
  const format = "--batch-check=%(objectname) %(objecttype) %(objectsize) %(rest)";
  const input = named.map((line) => `${line}\n`).join("");
  return lines(git(directory, ["cat-file", format], input), "\n").flatMap((line) => {
    const [, id = "", type = "", size = "", path = ""] =
      /^([0-9a-f]+) (\w+) (\d+) ?(.*)$/.exec(line) ?? [];
    return id === "" ? [] : [{ id, type, size: Number(size), path }];
  });
}

/** What the next commit would bring: the index, whatever lies on the disk. */
export function* stagedSources(directory: string): Generator<ScanSource> {
  const args = ["diff", "--cached", "--raw", "--no-abbrev", "--no-renames", "--diff-filter=ACMT"];
  // `:<old mode> <new mode> <old id> <new id> <status>`, then the path.
  const words = lines(git(directory, [...args, "-z"]), "\0");
  const named = words.flatMap((word, index) => {
    const [, mode, , id = ""] = word.split(" ");
    return index % 2 === 0 && mode?.startsWith("100") === true
      ? [`${id} ${words[index + 1] ?? ""}`]
      : [];
  });
  for (const { object, bytes } of contents(directory, described(directory, named))) {
    const text = object.size > largest ? undefined : textOf(bytes);
    if (text !== undefined) yield { path: object.path, text };
  }
}

const spoken: Readonly<Record<string, string>> = {
  commit: "(message of a commit)",
  tag: "(message of a tag)",
};

/** Every content that any branch, tag or stash reaches, each once, and the messages of commits. */
export function* historySources(directory: string): Generator<ScanSource> {
  const named = lines(git(directory, ["rev-list", "--objects", "--all"]), "\n");
  const objects = described(directory, named).filter(
    ({ type, size }) => type !== "tree" && size <= largest,
  );
  for (const { object, bytes } of contents(directory, objects)) {
    const text = textOf(bytes);
    if (text === undefined) continue;
    const path = spoken[object.type] ?? object.path;
    yield { path, version: object.id.slice(0, 12), text };
  }
}

/** Whether a folder is in a repository that has its whole history. */
export function hasHistory(directory: string): boolean {
  const args = ["-C", directory, "rev-parse", "--is-shallow-repository"];
  const { status, stdout } = spawnSync("git", args, { encoding: "utf8", env: childEnvironment() });
  return status === 0 && stdout.trim() === "false";
}
