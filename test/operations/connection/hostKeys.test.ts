import assert from "node:assert/strict";
import { fingerprint, parseHostKey, parseKeyscan } from "../../../operations/connection/hostKeys";

const body = "AAAAC3NzaC1lZDI1NTE5AAAAIEur7YM/B0qGzLR1adv/wG0luKPtG8OFi/Enp394tz0b";

describe("operations/ssh/hostKeys", () => {
  it("shows the fingerprint that ssh-keygen shows", () => {
    assert.equal(
      fingerprint(parseHostKey(`ssh-ed25519 ${body} root@pi-1`)),
      "SHA256:EW+7Ks7lYpXFIs9wcdh2t8I+KYEU+nfwZniKphVQN+k",
    );
  });

  it("reads ssh-keyscan's lines, prefers ed25519 and leaves out what cannot be pinned", () => {
    const output = [
      "# 10.0.0.1:2222 SSH-2.0-OpenSSH_9.2p1 Debian-2",
      "[10.0.0.1]:2222 ssh-rsa AAAAB3NzaC1yc2E",
      "[10.0.0.1]:2222 ecdsa-sha2-nistp256 AAAAE2VjZHNh",
      `[10.0.0.1]:2222 ssh-ed25519 ${body}`,
      "",
    ].join("\n");
    assert.deepEqual(parseKeyscan(output), [
      { type: "ssh-ed25519", body },
      { type: "ecdsa-sha2-nistp256", body: "AAAAE2VjZHNh" },
    ]);
  });

  it("finds no key of a host that did not answer", () => {
    assert.deepEqual(parseKeyscan(""), []);
  });
});
