import type { ScanException } from "./exceptions";
import type { ScanFinding, ScanResult } from "./scan";

/** What a scan looks into. */
export type ScanScope = "tree" | "staged" | "history";

const scopes: Readonly<Record<ScanScope, string>> = {
  tree: "files",
  staged: "staged files",
  history: "contents and messages of history",
};

function findingLine({ path, version, line, rule, what, mend }: ScanFinding): string {
  const where = version === undefined ? `${path}:${line}` : `${path}:${line} in ${version}`;
  return `${where}: this is ${what}; ${mend} [${rule}]`;
}

const exceptionLine = (why: string) => (row: ScanException) =>
  `operations/scan/exceptions.ts: ${row.path}, ${row.rule} ${why}`;

const mends: Readonly<Record<ScanScope, string>> = {
  tree: "Take each out of its file.",
  staged:
    "Nothing was committed. Take each out of its file and stage it again; `git restore --staged <file>` leaves a file out of this commit.",
  history:
    "Whoever has a copy of the repository has these: make each anew. Then rewrite history (https://github.com/newren/git-filter-repo), or note why it does not matter.",
};

/** Exceptions that nothing in the tree needs. */
export function needless(
  exceptions: readonly ScanException[],
  { used, expired }: ScanResult,
): ScanException[] {
  return exceptions.filter((row) => !used.includes(row) && !expired.includes(row));
}

/** A scan's result for a terminal, without a value. */
export function renderScan(
  scope: ScanScope,
  result: ScanResult,
  unneeded: readonly ScanException[],
): string {
  const { scanned, findings, used, expired } = result;
  const problems = [
    ...findings.map(findingLine),
    ...expired.map(exceptionLine("has expired")),
    ...unneeded.map(exceptionLine("is not needed any more: delete the row")),
  ];
  return [
    ...problems,
    ...(findings.length > 0
      ? [mends[scope], "What is no secret gets a row in operations/scan/exceptions.ts."]
      : []),
    `${scanned} ${scopes[scope]} scanned: ${findings.length} secrets, ${used.length} exceptions`,
    "",
  ].join("\n");
}
