import { appendFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { governanceFolder } from "../governance";

/** One certificate that was issued. Fingerprints only: no key is ever written down. */
export const accessEntry = z.strictObject({
  time: z.iso.datetime(),
  operator: z.string().min(1),
  serial: z.string().regex(/^\d+$/),
  /** Fingerprint of the key that was certified. */
  key: z.string().startsWith("SHA256:"),
  principals: z.array(z.string()).min(1),
  until: z.iso.datetime(),
});

/** See {@link accessEntry}. */
export type AccessEntry = z.output<typeof accessEntry>;

/**
 * Notes a certificate in `<folder>/<stack>/access.jsonl`.
 *
 * @param folder Default: `docs/governance` of the project.
 */
export function noteAccess(
  stack: string,
  entry: AccessEntry,
  folder: string = governanceFolder(),
): string {
  const target = join(folder, stack);
  mkdirSync(target, { recursive: true });
  const file = join(target, "access.jsonl");
  appendFileSync(file, `${JSON.stringify(accessEntry.parse(entry))}\n`);
  return file;
}
