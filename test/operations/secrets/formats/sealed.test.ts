import assert from "node:assert/strict";
import {
  constants,
  createCipheriv,
  generateKeyPairSync,
  publicEncrypt,
  randomBytes,
} from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readSecretContent } from "../../../../operations/secrets/formats/read";
import { fixtureFile, fixtureKeys, fixtures } from "./fixtures";

const keysOf = (name: string) => fixtureKeys(fixtures.find((one) => one.name === name)?.keys);

async function refused(name: string, change: (text: string) => string, why: RegExp): Promise<void> {
  const before = readFileSync(fixtureFile(name), "utf8");
  const after = change(before);
  assert.notEqual(after, before, "the change changes nothing");
  const content = Buffer.from(after);
  await assert.rejects(
    readSecretContent({ file: name, ...keysOf(name), content }),
    (error: Error) => {
      assert.match(error.message, why);
      assert.ok(!error.message.includes("\n"));
      return true;
    },
  );
}

describe("Sealed Secrets that were changed", () => {
  const moved = /or it was changed, or sealed for another name, namespace or scope/;

  it("are refused under another name", () =>
    refused("sealed-one.yaml", (text) => text.replaceAll("name: canary", "name: other"), moved));

  it("are refused in another namespace", () =>
    refused("sealed-namespace-wide.yaml", (text) => text.replaceAll("media", "other"), moved));

  it("are refused in another scope", () =>
    refused(
      "sealed-one.yaml",
      (text) =>
        text.replace(
          "metadata:",
          'metadata:\n  annotations: {sealedsecrets.bitnami.com/cluster-wide: "true"}',
        ),
      moved,
    ));

  it("are refused where a value is no base64", () =>
    refused(
      "sealed-one.yaml",
      (text) => text.replace(/key: A/, "key: '?A"),
      /no good YAML|no base64/,
    ));

  it("are refused without a key of the controller, and what is needed is named", async () => {
    const content = readFileSync(fixtureFile("sealed-one.yaml"));
    const read = readSecretContent({ file: "sealed.yaml", content });
    await assert.rejects(read, /needs the controller's key: .*--sealing-key/);
  });
});

describe("Sealed Secrets of the first form", () => {
  it("are opened as the whole Secret that they are", async () => {
    const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const secret = {
      kind: "Secret",
      apiVersion: "v1",
      metadata: { name: "old", namespace: "media" },
      data: { key: "Y2FuYXJ5" },
    };
    const session = randomBytes(32);
    const padding = constants.RSA_PKCS1_OAEP_PADDING;
    const label = { padding, oaepHash: "sha256", oaepLabel: Buffer.from("media/old") };
    const wrapped = publicEncrypt({ key: publicKey, ...label }, session);
    const cipher = createCipheriv("aes-256-gcm", session, Buffer.alloc(12));
    const body = [cipher.update(JSON.stringify(secret)), cipher.final(), cipher.getAuthTag()];
    const length = Buffer.from([wrapped.length >> 8, wrapped.length & 255]);
    const data = Buffer.concat([length, wrapped, ...body]).toString("base64");
    const manifest = {
      apiVersion: "bitnami.com/v1alpha1",
      kind: "SealedSecret",
      metadata: secret.metadata,
      spec: { data },
    };
    const folder = mkdtempSync(join(tmpdir(), "bramble-sealed-"));
    try {
      const key = join(folder, "tls.key");
      writeFileSync(key, privateKey.export({ type: "pkcs8", format: "pem" }));
      const content = Buffer.from(JSON.stringify(manifest));
      const entries = await readSecretContent({
        file: "old.json",
        content,
        sealingKeyFiles: [key],
      });
      const shown = entries.map(({ path, value, encrypted }) => [path, value, encrypted]);
      assert.deepEqual(shown, [[["media", "old", "key"], "canary", true]]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
