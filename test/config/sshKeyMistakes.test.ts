import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { sshKeyMistakes } from "../../config/sshKeyMistakes";
import { withFolder } from "../support/folders";

function made(folder: string, passphrase: string, ...more: string[]): string {
  const file = join(folder, `key${String(more.length)}${passphrase}`);
  const args = ["-q", "-t", "ed25519", "-N", passphrase, "-f", file, "-C", "a", ...more];
  execFileSync("ssh-keygen", args);
  return file;
}

describe("a private key for SSH", () => {
  it("is taken when it is one that opens without a word", () =>
    withFolder((folder) => {
      assert.deepEqual(sshKeyMistakes(readFileSync(made(folder, ""), "utf8")), []);
      return Promise.resolve();
    }));

  it("is refused when it is the public half, or has a passphrase", () =>
    withFolder((folder) => {
      const file = made(folder, "words");
      const [locked] = sshKeyMistakes(readFileSync(file, "utf8"));
      assert.match(locked ?? "", /^has a passphrase/);
      const [half] = sshKeyMistakes(readFileSync(`${file}.pub`, "utf8"));
      assert.match(half ?? "", /^is a public key: .* without \.pub$/);
      for (const line of ["-----BEGIN ENCRYPTED PRIVATE KEY-----", "Proc-Type: 4,ENCRYPTED"]) {
        assert.match(sshKeyMistakes(`${line}\n`)[0] ?? "", /^has a passphrase/);
      }
      return Promise.resolve();
    }));
});
