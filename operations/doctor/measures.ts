import type { ClockFacts } from "./facts";

/** The figure that a share of the values does not exceed; undefined without values. */
export function quantile(values: readonly number[], share: number): number | undefined {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)];
}

/** The bound of the bucket in which a histogram of cumulative counts reaches a share. */
export function histogramBound(
  buckets: readonly { readonly bound: number; readonly count: number }[],
  share: number,
): number | undefined {
  const sorted = [...buckets].sort((left, right) => left.bound - right.bound);
  const total = sorted.at(-1)?.count ?? 0;
  return total === 0 ? undefined : sorted.find(({ count }) => count >= total * share)?.bound;
}

/** What a host's clock is ahead of this machine's by, in seconds: at least and at most. */
export interface Offset {
  readonly least: number;
  readonly most: number;
}

/** A host's first reading lies after the question, its last before the answer. */
export function clockOffset({ asked, first, last, answered }: ClockFacts): Offset {
  return { least: last - answered, most: first - asked };
}

/** The smallest offset that the readings allow: 0 when the clocks may agree. */
export function certainOffset({ least, most }: Offset): number {
  if (least > 0) return least;
  return most < 0 ? most : 0;
}

/** The least that two clocks differ by, in seconds. */
export function certainGap(left: Offset, right: Offset): number {
  return Math.max(0, left.least - right.most, right.least - left.most);
}

const units = [
  ["days", 86_400],
  ["hours", 3600],
  ["minutes", 60],
] as const;

/** A span of time in the largest unit of which there are two. */
export function span(seconds: number): string {
  const found = units.find(([, size]) => seconds >= 2 * size);
  return found === undefined
    ? `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`
    : `${Math.floor(seconds / found[1]).toFixed(0)} ${found[0]}`;
}

/** A size in GB or MB. */
export function size(kilobytes: number): string {
  return kilobytes >= 1_000_000
    ? `${(kilobytes / 1_000_000).toFixed(1)} GB`
    : `${Math.round(kilobytes / 1000).toFixed(0)} MB`;
}
