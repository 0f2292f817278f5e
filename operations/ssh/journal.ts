import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";
import { governanceFolder } from "../governance";

/** One SSH certificate that was issued. Fingerprints only: no key is ever written down. */
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

/** One certificate for the cluster that was issued to a person. */
export const clusterAccessEntry = z.strictObject({
  kind: z.literal("kubernetes"),
  time: z.iso.datetime(),
  operator: z.string().min(1),
  /** Whom it was issued to. */
  name: z.string().min(1),
  /** What the API server calls that person. */
  user: z.string().min(1),
  role: z.string().min(1),
  /** Where the role holds; not set for the whole cluster. */
  namespace: z.string().min(1).optional(),
  serial: z.string().regex(/^[0-9A-F]+$/),
  until: z.iso.datetime(),
});

/** See {@link clusterAccessEntry}. */
export type ClusterAccessEntry = z.output<typeof clusterAccessEntry>;

function accessFile(stack: string, folder: string): string {
  return join(folder, stack, "access.jsonl");
}

/**
 * Notes a certificate in `<folder>/<stack>/access.jsonl`.
 *
 * @param folder Default: `docs/governance` of the project.
 */
export function noteAccess(
  stack: string,
  entry: AccessEntry | ClusterAccessEntry,
  folder: string = governanceFolder(),
): string {
  const file = accessFile(stack, folder);
  mkdirSync(dirname(file), { recursive: true });
  const line = z.union([accessEntry, clusterAccessEntry]).parse(entry);
  appendFileSync(file, `${JSON.stringify(line)}\n`);
  return file;
}

/** The certificates for the cluster that were noted, oldest first. */
export function clusterAccess(
  stack: string,
  folder: string = governanceFolder(),
): ClusterAccessEntry[] {
  const file = accessFile(stack, folder);
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, "utf8").split("\n");
  return lines
    .filter((line) => line.trim() !== "")
    .map((line) => clusterAccessEntry.safeParse(JSON.parse(line)))
    .flatMap(({ data }) => (data === undefined ? [] : [data]));
}
