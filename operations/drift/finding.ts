import { compare } from "../compare";

/** One thing that is not as the program wants it. */
export interface Finding {
  /** Name of a host, or `cluster`. */
  readonly where: string;
  /** What was looked at: a path, a unit, a sysctl, an object. */
  readonly what: string;
  readonly found: string;
  readonly wanted: string;
  /** What makes it right. */
  readonly mend: string;
  /** The resource that makes it right, and how the engine is made to. */
  readonly heal?: { readonly urn: string; readonly by: "again" | "refresh" };
}

/** Where a finding in the cluster is. */
export const inCluster = "cluster";

/** What `--heal` is told as a finding's mend. */
export function healMend(stack: string): string {
  return `npm run drift -- ${stack} --heal`;
}

/** Findings in the order in which they are shown: hosts first, then the cluster. */
export function ordered(findings: readonly Finding[]): Finding[] {
  const key = ({ where, what }: Finding): string =>
    `${where === inCluster ? "2" : `1${where}`}\0${what}`;
  return [...findings].sort((left, right) => compare(key(left), key(right)));
}
