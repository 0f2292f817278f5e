import { z } from "zod";
import { isKnownSecret, neverRotated, secretNameHint } from "./inventory";
import type { Problem } from "./problems";

/**
 * YAML has dates, and Pulumi's CLI hands one that is not quoted on in Go's own form. This is the form
 * that people write and every other reader of the file sees.
 */
function asWritten(text: string): string {
  const [, day, time] = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) \+0000 UTC$/.exec(text) ?? [];
  if (day === undefined || time === undefined) return text;
  return time === "00:00:00" ? day : `${day}T${time}Z`;
}

/** Whether there is such a day: of the 30th of February the language makes another one. */
function isOfCalendar(text: string): boolean {
  const date = new Date(text);
  return !isNaN(date.getTime()) && date.toISOString().startsWith(text.slice(0, 10));
}

/** A day, or a moment where two values are made on one day. */
const since = z
  .string()
  .overwrite(asWritten)
  .refine((text) => /^\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\dZ)?$/.test(text) && isOfCalendar(text), {
    error: ({ input }) =>
      `${String(input)} is no date: write it as 2026-01-31 or 2026-01-31T12:00:00Z`,
  });

const name = z.string().refine(isKnownSecret, {
  error: ({ input }) => `is no secret${secretNameHint(String(input))}`,
});

/** What is noted of secrets, never a value: `bramble:secrets`. */
export const secrets = z.strictObject({
  requirePassphrase: z
    .boolean()
    .default(false)
    .describe(
      "Refuse to run with an empty passphrase, or with one in a file that others can read. `false`: warn.",
    ),
  rotated: z
    .record(name, since)
    .default({})
    .describe(
      "Since when a secret is in use, by its name in the inventory. A generated value is made anew when its date changes. Written by `npm run secrets -- <stack> rotate`.",
    ),
});

/** What is noted of secrets. */
export type SecretsConfig = z.output<typeof secrets>;

const day = 86_400_000;

/**
 * Dates of what has no second value, and dates to come: what is said to be new until then is never
 * due. A day is let pass: it has begun elsewhere already.
 */
export function secretsProblems({ rotated }: SecretsConfig, now = new Date()): Problem[] {
  return Object.entries(rotated).flatMap(([secret, date]) => {
    const path = `secrets.rotated.${secret}`;
    const why = neverRotated(secret);
    if (why !== undefined) return [{ path, message: `is never rotated (${why}): remove it` }];
    return Date.parse(date) <= now.getTime() + day
      ? []
      : [{ path, message: `${date} is in the future, or this machine's clock is late: mend it` }];
  });
}
