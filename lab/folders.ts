import { homedir } from "node:os";
import { join } from "node:path";

/** What is kept between labs and outside the checkout: `$XDG_CACHE_HOME/bramble` or `~/.cache/bramble`. */
export function cacheFolder(): string {
  return join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "bramble");
}

/**
 * All that a lab writes and that ends with it: `$BRAMBLE_LAB_HOME/<lab>` or `labs/<lab>` in the cache.
 * @throws when `lab` is not a name of lower case letters, digits and dashes
 */
export function labFolder(lab: string): string {
  if (!/^[a-z][a-z0-9-]{0,30}$/.test(lab)) {
    throw new Error(`${lab} is not a lab name: lower case letters, digits and dashes`);
  }
  return join(process.env.BRAMBLE_LAB_HOME ?? join(cacheFolder(), "labs"), lab);
}

/** The folder of the lab's own stack file, with the CLI's state where the CLI is used. */
export function stackFolder(lab: string): string {
  return join(labFolder(lab), "stack");
}
