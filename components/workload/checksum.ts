import { createHash, createHmac } from "node:crypto";

function canonical(data: Readonly<Record<string, string>>): string {
  return JSON.stringify(Object.entries(data).sort(([left], [right]) => (left < right ? -1 : 1)));
}

/** Digest of data that is no secret, the same whatever the order of its keys. */
export function checksum(data: Readonly<Record<string, string>>): string {
  return createHash("sha256").update(canonical(data)).digest("hex").slice(0, 16);
}

/**
 * Digest of secret data. It shows in pod annotations, so it is keyed with a salt that only the
 * encrypted state holds: without the salt nobody can test guesses of a weak password against it.
 */
export function keyedChecksum(salt: string, data: Readonly<Record<string, string>>): string {
  return createHmac("sha256", salt).update(canonical(data)).digest("hex").slice(0, 16);
}
