import type { Verdict } from "./score";

/** Offenders that are named; the rest are counted. */
const mostNames = 3;

/** The first few names, and how many more there are. */
export function named(names: readonly string[]): string {
  const rest = names.length - mostNames;
  const shown = names.slice(0, mostNames).join(", ");
  return rest > 0 ? `${shown} and ${String(rest)} more` : shown;
}

/**
 * A verdict on many things: each counts alike.
 *
 * @param what the things, in the plural.
 * @param nothing what there being none means. Default: the criterion says nothing.
 */
export function share<T>(
  what: string,
  things: readonly T[],
  name: (thing: T) => string,
  isMet: (thing: T) => boolean,
  nothing: "says nothing" | "is lacking" = "says nothing",
): Verdict {
  if (things.length === 0) {
    return nothing === "says nothing"
      ? { met: 0, of: 0, reason: `there are no ${what}` }
      : { met: 0, of: 1, reason: `there are no ${what}` };
  }
  const offenders = things.filter((thing) => !isMet(thing)).map(name);
  const met = things.length - offenders.length;
  const counts = `${String(met)} of ${String(things.length)} ${what}`;
  return {
    met,
    of: things.length,
    reason: offenders.length === 0 ? counts : `${counts}; not: ${named(offenders)}`,
  };
}

/** A verdict on one thing. */
export function whether(isMet: boolean, there: string, lacking: string): Verdict {
  return { met: isMet ? 1 : 0, of: 1, reason: isMet ? there : lacking };
}

/** The verdict of a criterion that says nothing about a stack. */
export function saysNothing(reason: string): Verdict {
  return { met: 0, of: 0, reason };
}
