import { resolve } from "node:path";
import type { Config } from "../../../config/schema";
import { inventory } from "../../../config/inventory";
import type { SecretName } from "../../../config/secrets";
import { renderTable } from "../../table";
import type { FormatKeys, SecretEntry } from "../formats/types";
import { idleRows, type MapRow, mapped } from "../import/mapFile";
import { lookup } from "../import/lookup";
import { itemsOf } from "../import/items";
import { looksSecret, settingNote } from "../import/looks";
import { type FileReader, wholeFile } from "../import/readFiles";
import { maskedBy, shownPath, shownText } from "../import/shown";
import type { ConfigStore } from "../store";
import { noteSecrets } from "../trail";
import { type ClearValue, clearValues, notSearched } from "./clearValues";
import { findKind, type FoundKind, withAssignments } from "./find";
import { judgeFile, type JudgedFile, type Known } from "./judge";
import { causeOf, type TextFile, walk } from "./walk";

/** What the audit is told. */
export interface AuditOptions {
  readonly stack: string;
  readonly config: Config;
  readonly store: ConfigStore;
  readonly paths: readonly string[];
  /** Folders in which files are not judged: Bramble's own test data. Values are looked for there too. */
  readonly without: readonly string[];
  readonly map: readonly MapRow[];
  readonly keys: FormatKeys;
  readonly readFile: FileReader;
  /** In how many commits a file is. */
  readonly commitsOf: (file: string) => Promise<number>;
  readonly print: (text: string) => void;
  /** Folder of the trail. Default: `docs/governance` of the project. */
  readonly governance?: string | undefined;
}

/** A value under no name that we know may still be one, and must not be passed over. */
function isWorthALook(entry: SecretEntry, { config, map }: Known): boolean {
  if (looksSecret(entry)) return true;
  return itemsOf([entry]).some(
    (item) =>
      mapped(map, item)?.kind === "target" ||
      (entry.value.length >= 6 && lookup(item.lookup, config).kind === "target"),
  );
}

/** The values of a file that are to be judged; none where it holds no secret. */
async function entriesOf(
  { file, text }: TextFile,
  kind: FoundKind | "plain",
  known: Known,
  options: AuditOptions,
): Promise<readonly SecretEntry[]> {
  const whole = wholeFile(file, text);
  if (whole !== undefined) return [whole];
  const entries = await options.readFile({ ...options.keys, file });
  return kind === "plain"
    ? entries.map(withAssignments).filter((entry) => isWorthALook(entry, known))
    : entries;
}

const closedFile = (file: string, kind: FoundKind, why: string): JudgedFile => ({
  ...{ file, kind, mayGo: false, why: `not opened: ${why}`, entries: [] },
});

async function judge(one: TextFile, known: Known, options: AuditOptions): Promise<JudgedFile[]> {
  const { file, text } = one;
  const found = findKind(file, text);
  if (found === undefined) return [];
  if (found !== "plain" && found.closed !== undefined) {
    return [closedFile(file, found.kind, found.closed)];
  }
  if (found !== "plain" && found.kind === "age identity") {
    const why = "a key: it goes when nothing is left that it opens";
    return [{ ...{ file, kind: found.kind, mayGo: true, why, entries: [] } }];
  }
  const kind = found === "plain" ? "plain" : found.kind;
  try {
    const entries = await entriesOf(one, kind, known, options);
    if (entries.length === 0) return [];
    return [judgeFile(file, kind === "plain" ? "plain values" : kind, entries, known)];
  } catch (error) {
    if (kind === "plain") return [];
    return [closedFile(file, kind, causeOf(file, error))];
  }
}

function printFiles(judged: readonly JudgedFile[], print: AuditOptions["print"]): void {
  const entries = judged.flatMap((one) =>
    one.entries.map((entry) => ({ file: one.file, ...entry })),
  );
  const mask = maskedBy(entries.map(({ item }) => item.value));
  const shown = (text: string): string => mask(shownText(text));
  if (entries.length > 0) {
    print(
      renderTable([
        ["FILE", "KEY", "SECRET", "STATE", ""],
        ...entries
          .filter(({ note }) => note !== settingNote)
          .map(({ file, item, secret, state, note }) => [
            ...[shown(file), mask(shownPath(item.path)), secret, state, mask(note)],
          ]),
      ]),
    );
    print("\n");
  }
  print(
    renderTable([
      ["FILE", "WHAT IT IS", "VERDICT", ""],
      ...judged.map(({ file, kind, mayGo, why }) => [
        ...[shown(file), kind, mayGo ? "may go" : "stays", mask(why)],
      ]),
    ]),
  );
}

function printClear(found: readonly ClearValue[], print: AuditOptions["print"]): void {
  if (found.length === 0) return;
  print(
    `\n${renderTable([
      ["FILE", "LINE", "SECRET", ""],
      ...found.map(({ file, line, secret }) => [
        ...[shownText(file), String(line), secret, "in clear: rotate it"],
      ]),
    ])}`,
  );
}

/** How a value that others have seen is replaced. */
function rotationOf(stack: string, names: readonly SecretName[]): string {
  return names
    .filter((name) => inventory[name].rotation.by !== "never")
    .map((name) => `  npm run secrets -- ${stack} rotate ${name}\n`)
    .join("");
}

async function printAfter(
  judged: readonly JudgedFile[],
  clear: readonly ClearValue[],
  { stack, commitsOf, print }: AuditOptions,
): Promise<void> {
  const kept: string[] = [];
  for (const { file } of judged) {
    const commits = await commitsOf(file);
    if (commits > 0) kept.push(`  ${shownText(file)}, in commits: ${String(commits)}\n`);
  }
  const inFiles = judged.flatMap(({ entries }) =>
    entries
      .filter(({ state }) => state === "in the stack")
      .map(({ secret }) => secret.split("/")[0]),
  );
  const named = new Set<string | undefined>([...inFiles, ...clear.map(({ secret }) => secret)]);
  const names = (Object.keys(inventory) as SecretName[]).filter((name) => named.has(name));
  if (kept.length > 0) {
    print(`\nGit's history keeps these files after they are deleted:\n${kept.join("")}`);
  }
  if (names.length > 0 && (kept.length > 0 || clear.length > 0)) {
    print(`Rotate what was in them, once they are gone:\n${rotationOf(stack, names)}`);
  }
}

function noteAudit(options: AuditOptions, values: Known["values"], judged: readonly JudgedFile[]) {
  const { stack, paths, governance } = options;
  const opened = [...values].filter(([name]) => name !== "trailKey");
  const secrets = opened.map(([name, value]) => ({ name, value }));
  if (secrets.length === 0) return;
  const going = judged.filter(({ mayGo }) => mayGo).length;
  const reason = `files were compared with the stack: ${going} of ${judged.length} may go`;
  const event = { action: "audit", secrets, reason, source: paths.join(", ") } as const;
  noteSecrets(stack, event, { key: values.get("trailKey"), folder: governance });
}

/**
 * Says which files with secrets may go, because the stack has all that is in them, and where the
 * stack's own values stand in clear. Changes nothing and prints no value.
 *
 * @returns the exit code: 0 when all that was found may go, 2 when something stays.
 */
export async function audit(options: AuditOptions): Promise<number> {
  const { config, store, paths, without, map, print } = options;
  const values = await store.all();
  const known: Known = { config, map, values };
  const { files, unseen } = walk(paths);
  const own = (file: string): boolean =>
    without.some((folder) => resolve(file).startsWith(`${folder}/`));
  const judged: JudgedFile[] = [];
  const others = files.filter(({ file }) => !own(file));
  for (const one of others) {
    judged.push(...(await judge(one, known, options)));
  }
  const clear = clearValues(files, values);
  if (judged.length === 0) print("no file with secrets found\n");
  else printFiles(judged, print);
  printClear(clear, print);
  for (const [file, why] of unseen) print(`not looked at: ${shownText(file)}: ${why}\n`);
  const short = notSearched(values);
  if (short.length > 0) print(`too short to look for: ${short.join(", ")}\n`);
  const tests = files.length - others.length;
  if (tests > 0) print(`not judged, Bramble's own test data: ${String(tests)} files\n`);
  const items = judged.flatMap(({ entries }) => entries.map(({ item }) => item));
  for (const pattern of idleRows(map, items)) print(`the map's ${pattern} matches nothing\n`);
  await printAfter(judged, clear, options);
  const going = judged.filter(({ mayGo }) => mayGo);
  // A value in clear goes with its file, or has to be taken out of one that stays.
  const gone = new Set(going.map(({ file }) => file));
  const left = new Set(clear.filter(({ file }) => !gone.has(file)).map(({ file }) => file));
  const [all, found, may] = [files, judged, going].map(({ length }) => String(length));
  print(`\n${all ?? ""} files looked at, ${found ?? ""} with secrets: ${may ?? ""} may go\n`);
  if (left.size > 0) print(`files that stay, with a value in clear: ${String(left.size)}\n`);
  noteAudit(options, values, judged);
  return going.length === judged.length && left.size === 0 && unseen.length === 0 ? 0 : 2;
}
