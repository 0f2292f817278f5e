import { lintSource } from "@secretlint/core";
import { creator as recommended } from "@secretlint/secretlint-rule-preset-recommend";
import { type ScanException, speaksOf } from "./exceptions";
import { fileRows } from "./fileRows";
import type { ScanRow } from "./row";
import { tokenRows } from "./tokenRows";

/** A text to look into. */
export interface ScanSource {
  /** Where it is in the project, whose name some rules go by. */
  readonly path: string;
  /** The commit or object it is from; undefined for what lies on the disk. */
  readonly version?: string;
  readonly text: string;
}

/** A secret where none may be. It never holds the value. */
export interface ScanFinding {
  readonly path: string;
  readonly version?: string;
  readonly line: number;
  readonly rule: string;
  readonly what: string;
  readonly mend: string;
}

/** Our own rules, in the order in which they speak for the same place. */
export const scanRows: readonly ScanRow[] = [...fileRows, ...tokenRows];

const lineAt = (text: string, at: number): number => text.slice(0, at).split("\n").length;

function findingOf(source: ScanSource, at: number, rule: string): ScanFinding {
  const { path, version, text } = source;
  const { what, mend } = scanRows.find(({ id }) => id === rule) ?? {
    // Secretlint's own words would show the secret.
    what: `a secret (secretlint's rule ${rule})`,
    mend: "put it into the stack's encrypted config, and make it anew",
  };
  const from = version === undefined ? {} : { version };
  return { path, ...from, line: lineAt(text, at), rule, what, mend };
}

function ownFindings(source: ScanSource): ScanFinding[] {
  return scanRows
    .filter(({ files }) => files?.test(source.path) ?? true)
    .flatMap(({ id, find }) =>
      find(source.text, source.path).map(({ at }) => findingOf(source, at, id)),
    );
}

const config = { rules: [{ id: "recommended", rule: recommended }] };

/** Secretlint keeps the time of each rule in each text; one long text costs as much as a short one. */
async function recommendedFindings(sources: readonly ScanSource[]): Promise<ScanFinding[]> {
  const content = sources.map(({ text }) => text).join("\n\n");
  const source = { filePath: "texts", content, contentType: "text" as const };
  const { messages } = await lintSource({ source, options: { config, maskSecrets: true } });
  const found: ScanFinding[] = [];
  let begin = 0;
  for (const one of sources) {
    const end = begin + one.text.length;
    for (const { range, ruleId } of messages) {
      if (range[0] < begin || range[0] >= end) continue;
      const rule = ruleId.replace(/^@secretlint\/secretlint-rule-/, "");
      found.push(findingOf(one, range[0] - begin, rule));
    }
    begin = end + 2;
  }
  return found;
}

const placeOf = ({ path, version, line }: ScanFinding): string =>
  `${path} ${version ?? ""} ${line}`;

/**
 * Looks for secrets in a few texts at once.
 *
 * @returns one finding for each line and rule; where a rule of ours speaks, secretlint's are silent.
 */
export async function scanTexts(sources: readonly ScanSource[]): Promise<ScanFinding[]> {
  const own = sources.flatMap(ownFindings);
  const told = new Set(own.map(placeOf));
  const others = (await recommendedFindings(sources)).filter((one) => !told.has(placeOf(one)));
  const all = [...own, ...others];
  return [...new Map(all.map((one) => [`${placeOf(one)} ${one.rule}`, one])).values()];
}

/** Characters that are looked into at once. */
const portion = 2 ** 20;

/** Sources in portions. */
function* portions(sources: Iterable<ScanSource>): Generator<ScanSource[]> {
  let now: ScanSource[] = [];
  let length = 0;
  for (const source of sources) {
    now.push(source);
    length += source.text.length;
    if (length < portion) continue;
    yield now;
    [now, length] = [[], 0];
  }
  yield now;
}

/** What a scan found. */
export interface ScanResult {
  /** Texts that were looked into. */
  readonly scanned: number;
  readonly findings: readonly ScanFinding[];
  /** Exceptions that were needed. */
  readonly used: readonly ScanException[];
  /** Exceptions that hold no more; what they passed over is among the findings. */
  readonly expired: readonly ScanException[];
}

/**
 * Looks for secrets in texts.
 *
 * @param today as `2026-11-21`; exceptions of this day or before hold no more.
 */
export async function scan(
  sources: Iterable<ScanSource>,
  exceptions: readonly ScanException[],
  today: string,
): Promise<ScanResult> {
  const findings: ScanFinding[] = [];
  const used = new Set<ScanException>();
  const expired = new Set<ScanException>();
  let scanned = 0;
  for (const some of portions(sources)) {
    scanned += some.length;
    for (const finding of await scanTexts(some)) {
      const found = exceptions.filter((one) => speaksOf(one, finding));
      const holding = found.find(({ expires }) => expires > today);
      if (holding !== undefined) used.add(holding);
      else {
        for (const one of found) expired.add(one);
        findings.push(finding);
      }
    }
  }
  return { scanned, findings, used: [...used], expired: [...expired] };
}
