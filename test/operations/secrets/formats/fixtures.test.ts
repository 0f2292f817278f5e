import assert from "node:assert/strict";
import { readSecretFile } from "../../../../operations/secrets/formats/read";
import { assertEntries } from "../../../tiers/import/made";
import { fixtureFile, fixtureKeys, fixtures } from "./fixtures";

describe("readSecretFile", () => {
  for (const { name, format, keys, bySops, expected } of fixtures) {
    if (bySops === true) continue;
    it(`reads ${name}, which the real tool made`, async () => {
      const file = fixtureFile(name);
      const entries = await readSecretFile({ file, ...fixtureKeys(keys) });
      assertEntries(
        entries,
        expected.map((entry) => ({ ...entry, file, format })),
      );
    });
  }

  it("names what is needed where only sops can open a file", async () => {
    const needed: Record<string, RegExp> = {
      "sops-groups.yaml": /several groups of keys/,
      "sops-comment-regex.yaml": /encrypted_comment_regex hangs on comments/,
      "sops-clear-time.yaml": /at_unencrypted is of a kind only SOPS can check/,
      "sops-ssh.yaml": /its age recipients are SSH keys/,
      "sops-pgp.yaml": /a key of pgp/,
    };
    for (const { name, keys } of fixtures.filter(({ bySops }) => bySops === true)) {
      const file = fixtureFile(name);
      await assert.rejects(readSecretFile({ file, ...fixtureKeys(keys) }), (error: Error) => {
        assert.match(error.message, needed[name] ?? /^$/);
        assert.match(error.message, /no sops on PATH/);
        return true;
      });
    }
  });
});
