import { execFileSync } from "node:child_process";
import type { Context } from "mocha";

/** Skips a test on a machine without OpenSSH's own programs. */
export function needsOpenSsh(test: Context): void {
  try {
    execFileSync("ssh-add", ["-h"], { stdio: "ignore" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") return;
    console.log("skipped: no ssh-agent here");
    test.skip();
  }
}

/** Makes a key for a test; its public half is beside it. */
export function makeSshKey(file: string, passphrase = ""): void {
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", passphrase, "-C", "test", "-f", file]);
}
