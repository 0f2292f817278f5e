import assert from "node:assert/strict";
import { isServiceKey, readProvider } from "../../../../operations/secrets/keys/providers";
import { opensSalt } from "../../../../operations/secrets/keys/salt";
import { readStackKey } from "../../../../operations/secrets/keys/stackKey";

// Written by Pulumi v3.248.0: echo <passphrase> | pulumi stack change-secrets-provider passphrase
const salt = "v1:rKMF4vsqfDk=:v1:+jmF4UPYSA2u3dzC:1gokozKfIyBhi2VM3ZRHnnNGI67HjA==";

describe("a stack's key", () => {
  it("is told from another passphrase as Pulumi does it", async () => {
    assert.equal(await opensSalt("new passphrase of the stack", salt), true);
    assert.equal(await opensSalt("old-passphrase-of-the-stack", salt), false);
    await assert.rejects(opensSalt("any", "v2:x"), /has not the form that Pulumi writes/);
  });

  it("is read from the stack's file", () => {
    const encrypted =
      "config:\n  bramble:a:\n    secure: x\n  bramble:b:\n    c:\n      secure: y\n";
    assert.deepEqual(readStackKey(`encryptionsalt: ${salt}\n${encrypted}`), {
      ...{ provider: "passphrase", salt, encryptedKey: undefined, encrypted: 2 },
    });
    assert.equal(readStackKey("secretsprovider: hashivault://key\n").provider, "hashivault://key");
    assert.equal(readStackKey("").provider, undefined);
  });

  it("is a passphrase or a key of a service that Pulumi knows, without a log-in inside", () => {
    for (const provider of [
      "passphrase",
      "awskms://alias/bramble?region=eu-central-1",
      "awskms:///arn:aws:kms:eu-central-1:111122223333:key/x",
      "gcpkms://projects/p/locations/l/keyRings/r/cryptoKeys/k",
      "azurekeyvault://vault.vault.azure.net/keys/key",
      "hashivault://key",
    ]) {
      assert.equal(readProvider(provider), provider);
    }
    for (const other of ["default", "base64key://", "awskms://", "hashivault://me:pw@host", "x"]) {
      assert.equal(isServiceKey(other), false, other);
      assert.throws(
        () => readProvider(other),
        /^Error: --provider: takes one of passphrase, awskms:/,
      );
    }
  });
});
