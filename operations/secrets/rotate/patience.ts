import { setTimeout as sleep } from "node:timers/promises";

/** A log-in was refused by a program that locks everybody out for minutes after five of those. */
export class LoginRefused extends Error {}

/** What tells the time, and lets it pass. */
export interface Clock {
  /** Milliseconds since any beginning. */
  readonly now: () => number;
  readonly pause: (milliseconds: number) => Promise<unknown>;
}

const realClock: Clock = { now: () => Date.now(), pause: (milliseconds) => sleep(milliseconds) };

/** Between one trial and the next: usually, and once a second log-in was refused. */
const pauseMilliseconds = { usual: 3000, refused: 80_000 } as const;

/**
 * Tries a value until it works: consumers take a while to read it. Log-ins that are refused are tried
 * four times at most in three minutes, or the trial itself would lock out whoever has the password.
 *
 * @throws Error as the last trial did.
 */
export async function proven(
  trial: () => Promise<string>,
  patienceSeconds: number,
  { now, pause }: Clock = realClock,
): Promise<string> {
  const until = now() + patienceSeconds * 1000;
  let refusals = 0;
  for (;;) {
    try {
      return await trial();
    } catch (error) {
      if (error instanceof LoginRefused) refusals += 1;
      const wait = pauseMilliseconds[refusals > 1 ? "refused" : "usual"];
      if (now() + wait > until) throw error;
      await pause(wait);
    }
  }
}
