import { createHash, createHmac, randomBytes } from "node:crypto";
import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { governanceFolder } from "../governance";
import { operatorName } from "../records/run";
import type { SecretStore } from "./store";

/** What was done with secrets. */
export const trailActions = ["read", "import", "set", "rotate", "rekey", "audit"] as const;

/** See {@link trailActions}. */
export type TrailAction = (typeof trailActions)[number];

/** Names of the config and of the inventory; a value, a path or a sentence has not this form. */
const secretName = z.string().regex(/^[a-z][A-Za-z0-9]{1,39}$/);

/** A line of `docs/governance/<stack>/secrets.jsonl`. No value is ever in it. */
export const secretsEntry = z.strictObject({
  time: z.iso.datetime(),
  operator: z.string().min(1),
  environment: z.string().min(1),
  action: z.enum(trailActions),
  secrets: z
    .array(
      z.strictObject({
        name: secretName,
        /** See {@link fingerprint}. */
        fingerprint: z
          .string()
          .regex(/^[0-9a-f]{12}$/)
          .optional(),
      }),
    )
    .min(1),
  /** Why, in a sentence. */
  reason: z.string().min(1),
  /** Where the values came from. */
  source: z.string().min(1).optional(),
  outcome: z.enum(["done", "failed", "refused"]),
  /** Digests of the lines that nothing came after when this one was written; none in the first. */
  previous: z.array(z.string().regex(/^[0-9a-f]{16}$/)),
});

/** See {@link secretsEntry}. */
export type SecretsEntry = z.output<typeof secretsEntry>;

/** Lines of before there were fingerprints: names alone. */
const olderEntry = z.strictObject({
  time: z.iso.datetime(),
  operator: z.string().min(1),
  action: z.literal("import-media"),
  secrets: z.array(secretName).min(1),
  source: z.string().min(1),
});

/** What a caller tells of one use of secrets. */
export interface SecretsEvent {
  readonly action: TrailAction;
  /** Values become fingerprints where there is a key, and are not written. */
  readonly secrets: readonly { readonly name: string; readonly value?: string | undefined }[];
  readonly reason: string;
  readonly source?: string | undefined;
  /** Default: `done`. */
  readonly outcome?: SecretsEntry["outcome"];
}

/** With what, and where, events are noted. */
export interface TrailOptions {
  /** The stack's `trailKey`. Without it events are noted without fingerprints. */
  readonly key?: string | undefined;
  /** Default: `docs/governance` of the project. */
  readonly folder?: string | undefined;
}

/**
 * A keyed fingerprint of a secret's value: equal ones tell that a secret still, or again, has a
 * value, and nothing else. The name is in it, so that two secrets of one value do not look alike.
 *
 * HMAC-SHA256, the first 48 bits: of a thousand values two would look alike once in half a billion
 * trails, while 2^80 values of 128 bits share each fingerprint, so that none of them is proven by it
 * even to who has the key. Without the key a guess, good as it may be, cannot be tried.
 */
export function fingerprint(key: string, name: string, value: string): string {
  return createHmac("sha256", key).update(`${name}\0${value}`).digest("hex").slice(0, 12);
}

/** The stack's key of fingerprints; made and set by the first command that needs it. */
export async function trailKey(store: SecretStore): Promise<string> {
  const known = await store.get("trailKey");
  if (known !== undefined) return known;
  const made = randomBytes(32).toString("hex");
  await store.set("trailKey", made);
  return made;
}

/** The path of a stack's trail. @param folder Default: `docs/governance` of the project. */
export function trailFile(stack: string, folder: string = governanceFolder()): string {
  return join(folder, stack, "secrets.jsonl");
}

/** The digest by which later lines name one. */
export const lineDigest = (line: string): string =>
  createHash("sha256").update(line).digest("hex").slice(0, 16);

/** The lines of a trail's text, oldest first, without their line ends: Git may have made them CRLF. */
export function linesOf(text: string): string[] {
  return text.split(/\r?\n/).filter((line) => line !== "");
}

/** The lines of a trail, oldest first; none where there is no file. */
export function trailLines(file: string): string[] {
  return existsSync(file) ? linesOf(readFileSync(file, "utf8")) : [];
}

/**
 * Reads a line, also one of an older form.
 *
 * @throws Error when it is none of ours.
 */
export function readTrailLine(line: string, stack: string): SecretsEntry {
  const value: unknown = JSON.parse(line);
  const older = olderEntry.safeParse(value);
  if (!older.success) return secretsEntry.parse(value);
  const { time, operator, secrets, source } = older.data;
  return {
    ...{ time, operator, environment: stack, action: "import", source, outcome: "done" },
    secrets: secrets.map((name) => ({ name })),
    ...{ reason: "keys of running media apps were taken over", previous: [] },
  };
}

/**
 * The entries of a trail, oldest first.
 *
 * @throws Error in one line that names the file and the line when one is none of ours.
 */
export function trailEntries(stack: string, folder?: string): SecretsEntry[] {
  const file = trailFile(stack, folder);
  return trailLines(file).map((line, index) => {
    try {
      return readTrailLine(line, stack);
    } catch {
      throw new Error(
        `${file}: line ${String(index + 1)} is none of ours (cut off, or left by a merge): take it out, or mend it by Git`,
      );
    }
  });
}

/** Digests of the lines that no later one names. */
function ends(lines: readonly string[], entries: readonly SecretsEntry[]): string[] {
  const named = new Set(entries.flatMap(({ previous }) => previous));
  return [...new Set(lines.map(lineDigest))].filter((digest) => !named.has(digest));
}

/**
 * Notes a use of secrets in `<folder>/<stack>/secrets.jsonl`.
 *
 * Each line names the digests of those that were last before it. Two people who append in two Git
 * branches make two ends; the next line after the merge names both.
 *
 * @returns the path of the file.
 * @throws Error when a name has not the form of one, or the file is not a trail.
 */
export function noteSecrets(
  stack: string,
  event: SecretsEvent,
  options: TrailOptions = {},
): string {
  const file = trailFile(stack, options.folder);
  const { key } = options;
  const { action, reason, source, outcome = "done" } = event;
  const entry = secretsEntry.parse({
    ...{ time: new Date().toISOString(), operator: operatorName(), environment: stack, action },
    secrets: event.secrets.map(({ name, value }) => ({
      name,
      ...(key === undefined || value === undefined
        ? {}
        : { fingerprint: fingerprint(key, name, value) }),
    })),
    reason: reason.trim() === "" ? "none was given" : reason,
    ...(source === undefined ? {} : { source }),
    ...{ outcome, previous: ends(trailLines(file), trailEntries(stack, options.folder)) },
  });
  mkdirSync(join(file, ".."), { recursive: true });
  // Editors and merges may leave the last line without its end.
  const gap = existsSync(file) && /[^\n]$/.test(readFileSync(file, "utf8")) ? "\n" : "";
  appendFileSync(file, `${gap}${JSON.stringify(entry)}\n`);
  return file;
}
