import { renderTable } from "../../table";
import { lineDigest, readTrailLine, type SecretsEntry } from "../trail";

/** The trail as a table, oldest first. @param secret a name; then only what was done with that one. */
export function renderTrail(entries: readonly SecretsEntry[], secret: string | undefined): string {
  const rows = entries
    .map((entry) => ({
      ...entry,
      secrets: entry.secrets.filter(({ name }) => secret === undefined || name === secret),
    }))
    .filter(({ secrets }) => secrets.length > 0)
    .flatMap((entry) => entry.secrets.map((one) => row(entry, one)));
  const heads = ["TIME", "WHO", "DID", "SECRET", "FINGERPRINT", "OUTCOME", "WHY", "FROM"];
  return renderTable([heads, ...rows]);
}

function row(
  { time, operator, action, outcome, reason, source }: SecretsEntry,
  { name, fingerprint }: SecretsEntry["secrets"][number],
): string[] {
  const at = time.replace(/\.\d+Z$/, "Z");
  return [at, operator, action, name, fingerprint ?? "-", outcome, reason, source ?? ""];
}

/** What tells that a trail is not as it was written. */
export function trailMistakes(lines: readonly string[], stack: string): string[] {
  const before = new Set<string>();
  return lines.flatMap((line, index) => {
    const at = `line ${String(index + 1)}`;
    let previous: readonly string[];
    try {
      ({ previous } = readTrailLine(line, stack));
    } catch {
      before.add(lineDigest(line));
      return [`${at} is none of ours`];
    }
    const missing = previous.filter((digest) => !before.has(digest));
    // A first line has none before it; after others only lines of an older release have none.
    const severed = previous.length === 0 && index > 0 && line.includes('"previous"');
    before.add(lineDigest(line));
    return [
      ...missing.map(
        (digest) => `${at} came after a line that is not there or was altered: ${digest}`,
      ),
      ...(severed ? [`${at} came after no other`] : []),
    ];
  });
}

/** Lines of an older version of the file that a newer one lacks: what was written stays. */
export function lostLines(older: readonly string[], newer: readonly string[]): string[] {
  const there = new Set(newer);
  return older.filter((line) => !there.has(line)).map((line) => lineDigest(line));
}
