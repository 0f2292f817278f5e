/** A time during which something did not answer, in milliseconds since 1970. */
export interface Gap {
  readonly from: number;
  readonly to: number;
}

/** One question and its answer. */
export interface Ask {
  readonly began: number;
  readonly ended: number;
  readonly answered: boolean;
}

/**
 * The times without an answer: from the first question that got none until the next answer. A gap
 * that is still open ends with the last question.
 */
export function gapsOf(asks: readonly Ask[]): Gap[] {
  const gaps: Gap[] = [];
  let from: number | undefined;
  for (const { began, ended, answered } of asks) {
    if (!answered) from ??= began;
    else if (from !== undefined) {
      gaps.push({ from, to: ended });
      from = undefined;
    }
  }
  const last = asks.at(-1);
  return from === undefined || last === undefined ? gaps : [...gaps, { from, to: last.ended }];
}

/** The times during which none of several answered. */
export function sharedGaps(all: readonly (readonly Gap[])[]): Gap[] {
  const [first = [], ...rest] = all;
  return rest.reduce<readonly Gap[]>(
    (shared, gaps) =>
      shared.flatMap((one) =>
        gaps.flatMap((other) => {
          const from = Math.max(one.from, other.from);
          const to = Math.min(one.to, other.to);
          return from < to ? [{ from, to }] : [];
        }),
      ),
    first,
  ) as Gap[];
}

/** Seconds of all gaps together. */
export function secondsAway(gaps: readonly Gap[]): number {
  return gaps.reduce((sum, { from, to }) => sum + to - from, 0) / 1000;
}
