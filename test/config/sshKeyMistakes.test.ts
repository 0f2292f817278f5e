import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { sshKeyMistakes } from "../../config/sshKeyMistakes";
import { withFolder } from "../support/folders";
import { makeSshKey, needsOpenSsh } from "../support/openSsh";

describe("a private key for SSH", () => {
  before(function () {
    needsOpenSsh(this);
  });

  it("is taken when it is one that opens without a word", () =>
    withFolder((folder) => {
      const file = join(folder, "key");
      makeSshKey(file);
      assert.deepEqual(sshKeyMistakes(readFileSync(file, "utf8")), []);
      return Promise.resolve();
    }));

  it("is refused when it is the public half, or has a passphrase", () =>
    withFolder((folder) => {
      const file = join(folder, "key");
      makeSshKey(file, "words");
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
