import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { missingPassphrase } from "../../../../operations/secrets/keys/missing";
import { withFolder } from "../../../support/folders";

// As in salt.test.ts.
const passphrase = "new passphrase of the stack";
const salt = "v1:rKMF4vsqfDk=:v1:+jmF4UPYSA2u3dzC:1gokozKfIyBhi2VM3ZRHnnNGI67HjA==";

describe("a passphrase that is nowhere", () => {
  const asking = (answer: string, key: string, environment: Record<string, string> = {}) =>
    withFolder(async (folder) => {
      writeFileSync(join(folder, "Pulumi.home.yaml"), `config: {}\n${key}\n`);
      const questions: string[] = [];
      const ask = (question: string): Promise<string> => {
        questions.push(question);
        return Promise.resolve(answer);
      };
      const person = { atTerminal: true, ask };
      const given = await missingPassphrase("home", folder, environment, person);
      return { given, questions };
    });

  it("is asked for once, and tried before anything is begun", async () => {
    const { given, questions } = await asking(passphrase, `encryptionsalt: ${salt}`);
    assert.deepEqual([given, questions], [passphrase, ["passphrase of stack home"]]);
    await assert.rejects(
      asking("c4n4ry-wrong", `encryptionsalt: ${salt}`),
      /^Error: this does not open Pulumi\.home\.yaml; nothing was touched$/,
    );
  });

  it("is not asked for where the CLI is told, or another key opens the stack", async () => {
    const nobody = { given: undefined, questions: [] };
    const key = `encryptionsalt: ${salt}`;
    assert.deepEqual(await asking("", key, { PULUMI_CONFIG_PASSPHRASE: "" }), nobody);
    assert.deepEqual(await asking("", key, { PULUMI_CONFIG_PASSPHRASE_FILE: "/keys" }), nobody);
    assert.deepEqual(await asking("", "secretsprovider: awskms://alias/home"), nobody);
    assert.deepEqual(await asking("", ""), nobody);
  });
});
