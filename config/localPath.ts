import { homedir } from "node:os";

/** A path of this machine, `~` being the operator's home. */
export function localPath(path: string): string {
  return path.replace(/^~(?=\/|$)/, homedir());
}
