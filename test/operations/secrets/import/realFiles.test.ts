import assert from "node:assert/strict";
import { copyFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { audit } from "../../../../operations/secrets/audit/audit";
import { readSecretFile } from "../../../../operations/secrets/formats/read";
import { importSecrets } from "../../../../operations/secrets/import/importSecrets";
import { readMap } from "../../../../operations/secrets/import/mapFile";
import { readFiles } from "../../../../operations/secrets/import/readFiles";
import { fullConfig } from "../../../support/secretEntries";
import { withFolder } from "../../../support/folders";
import { fakeStore } from "../../../support/secretStore";

const fixtures = join(__dirname, "../formats/fixtures");
const key = (name: string) => join(fixtures, "throwaway-keys", name);

const keys = {
  identityFiles: [key("age.txt")],
  vaultPasswordFiles: [key("vault-password")],
  sealingKeyFiles: [key("sealing.key")],
  environment: {},
};

/** One file of each tool, and the secret that its value `simple` is said to be. */
const files = {
  "sops-edges.yaml": "radarrApiKey",
  "vault-edges.yml": "sonarrApiKey",
  "sealed-strict.yaml": "lidarrApiKey",
} as const;

const mapText = [
  ...Object.entries(files).map(([file, secret]) => `"${file}#**simple": ${secret}`),
  '"**": {ignore: only a test}',
].join("\n");

describe("files that sops, ansible-vault and kubeseal made", () => {
  it("are taken over, once, and may then go", async () => {
    await withFolder(async (folder) => {
      const store = fakeStore();
      let printed = "";
      for (const name of Object.keys(files)) copyFileSync(join(fixtures, name), join(folder, name));
      const paths = Object.keys(files).map((name) => join(folder, name));
      const contents = () => paths.map((path) => readFileSync(path, "base64"));
      const [map, before] = [readMap(mapText, "map.yaml"), contents()];
      const common = {
        ...{ stack: "home", config: fullConfig, store, map, governance: join(folder, "trail") },
        print: (text: string) => (printed += text),
      };
      const judge = () =>
        audit({
          ...{ ...common, paths, keys, without: [], readFile: readSecretFile },
          commitsOf: () => Promise.resolve(0),
        });
      const take = async () =>
        importSecrets({
          ...{ ...common, dryRun: false, overwrite: false, partial: false },
          read: await readFiles(paths, keys, readSecretFile),
        });
      assert.equal(await judge(), 2);
      assert.equal(await take(), 0);
      assert.deepEqual(store.writes, Object.values(files));
      assert.equal(store.values.get("radarrApiKey"), "canary-simple-4711");
      assert.equal(await take(), 0);
      assert.equal(store.writes.length, 3, "nothing the second time");
      assert.equal(await judge(), 0);
      assert.deepEqual(contents(), before, "the files are as they were");
      assert.doesNotMatch(printed, /canary-simple|second line|Y2FuYXJ5Y2FuYXJ5/);
    });
  });

  it("are not touched, and nothing is written, with a wrong key", async () => {
    const wrong = { ...keys, vaultPasswordFiles: [key("vault-password-dev")] };
    await assert.rejects(
      readFiles([join(fixtures, "vault-edges.yml")], wrong, readSecretFile),
      /^FileTrouble|^Error: .*vault-edges\.yml: Ansible Vault: /,
    );
  });
});
