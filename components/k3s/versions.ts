const form = /^v(\d+)\.(\d+)\.(\d+)(?:-([a-z]+\d+))?\+k3s(\d+)$/;

interface Version {
  readonly minor: number;
  /** Ordered so that comparing part by part orders releases. */
  readonly parts: readonly number[];
}

function parse(text: string): Version | undefined {
  const found = form.exec(text);
  if (found === null) return undefined;
  const [, major, minor, patch, candidate, revision] = found;
  // A release follows its candidates.
  const stage = candidate === undefined ? 1_000 : Number(candidate.replace(/\D/g, ""));
  return {
    minor: Number(minor),
    parts: [Number(major), Number(minor), Number(patch), stage, Number(revision)],
  };
}

/** Below zero when the left release of k3s is older, zero when they are the same or one is no release. */
export function compareVersions(left: string, right: string): number {
  const [older, newer] = [parse(left), parse(right)];
  if (older === undefined || newer === undefined) return 0;
  const differing = older.parts.findIndex((part, index) => part !== newer.parts[index]);
  return (older.parts[differing] ?? 0) - (newer.parts[differing] ?? 0);
}

/** How many minor releases lie between two of k3s: 1 from v1.35 to v1.36, negative backwards. */
export function minorsBetween(from: string, to: string): number {
  const [start, end] = [parse(from), parse(to)];
  return start === undefined || end === undefined ? 0 : end.minor - start.minor;
}
