import { createHash } from "node:crypto";

/** A short digest of texts that are no secrets; it changes when one of them does. */
export function revisionOf(...texts: readonly string[]): string {
  const hash = createHash("sha256");
  for (const text of texts) hash.update(text).update("\0");
  return hash.digest("hex").slice(0, 12);
}
