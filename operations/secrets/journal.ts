import { appendFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { secretNames } from "../../config/secrets";
import { governanceFolder } from "../governance";

/** One change of secrets. Names only: no value, and nothing derived from one, is ever written. */
export const secretsEntry = z.strictObject({
  time: z.iso.datetime(),
  operator: z.string().min(1),
  action: z.enum(["import-media"]),
  /** Config keys that were written. */
  secrets: z.array(z.enum(secretNames)).min(1),
  /** Where the values came from. */
  source: z.string().min(1),
});

/** See {@link secretsEntry}. */
export type SecretsEntry = z.output<typeof secretsEntry>;

/**
 * Notes a change of secrets in `<folder>/<stack>/secrets.jsonl`.
 *
 * @param folder Default: `docs/governance` of the project.
 */
export function noteSecrets(
  stack: string,
  entry: SecretsEntry,
  folder: string = governanceFolder(),
): string {
  const target = join(folder, stack);
  mkdirSync(target, { recursive: true });
  const file = join(target, "secrets.jsonl");
  appendFileSync(file, `${JSON.stringify(secretsEntry.parse(entry))}\n`);
  return file;
}
