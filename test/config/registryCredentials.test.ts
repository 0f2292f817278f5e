import assert from "node:assert/strict";
import { closedSecret } from "../../config/closedSecret";
import {
  readRegistryCredentials,
  registryCredentialMistakes,
} from "../../config/registryCredentials";

const sound = JSON.stringify({ "registry.lan": { username: "me", password: "c4nary" } });

describe("the secret registryCredentials", () => {
  it("takes one log-in for each registry that wants one", () => {
    assert.deepEqual(registryCredentialMistakes(sound, ["registry.lan"]), []);
    assert.equal(readRegistryCredentials(sound)["registry.lan"]?.password, "c4nary");
  });

  it("names the registry that has no entry", () => {
    assert.deepEqual(registryCredentialMistakes(sound, ["other.lan:5000"]), [
      'has no entry "other.lan:5000", as k3s.registries.configs wants it',
    ]);
  });

  for (const [what, text] of [
    ["no JSON", "me:c4nary"],
    ["no password", '{"registry.lan":{"username":"c4nary"}}'],
    ["a key that is none", '{"registry.lan":{"username":"a","password":"b","token":"c4nary"}}'],
  ] as const) {
    it(`refuses ${what} without repeating it`, () => {
      const [mistake = "", ...more] = registryCredentialMistakes(text, []);
      assert.match(mistake, /^is not JSON of the form/);
      assert.ok(!mistake.includes("c4nary"));
      assert.deepEqual(more, []);
    });
  }

  it("is not judged where it cannot be opened", () => {
    assert.deepEqual(registryCredentialMistakes(closedSecret, ["registry.lan"]), []);
    assert.deepEqual(readRegistryCredentials(closedSecret), {});
  });
});
