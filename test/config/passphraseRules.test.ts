import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { passphraseProblems } from "../../config/passphraseProblems";
import { passphraseMistake, passphraseWeakness } from "../../config/passphraseRules";

describe("a stack's passphrase", () => {
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "bramble-passphrase-"));
    writeFileSync(join(folder, "Pulumi.home.yaml"), "encryptionsalt: v1:x:v1:y:z\nconfig: {}\n");
    writeFileSync(join(folder, "Pulumi.cloud.yaml"), "secretsprovider: awskms://alias/x\n");
    writeFileSync(join(folder, "passphrase"), "c4n4ry passphrase\n", { mode: 0o600 });
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });
  const lines = (environment: Record<string, string>, stack = "home") =>
    passphraseProblems(stack, environment, folder).map(({ message }) => message);
  const inFile = (): Record<string, string> => ({
    PULUMI_CONFIG_PASSPHRASE_FILE: join(folder, "passphrase"),
  });

  it("is told to be empty, whichever way it is given", () => {
    const [line = ""] = lines({ PULUMI_CONFIG_PASSPHRASE: "", ...inFile() });
    assert.match(line, /^PULUMI_CONFIG_PASSPHRASE is set and empty: every secret is in clear/);
    assert.match(line, /npm run secrets -- home rekey$/);
    writeFileSync(join(folder, "passphrase"), "\n");
    assert.match(lines(inFile())[0] ?? "", /passphrase is empty: every secret is in clear/);
  });

  it("is told to lie in a file that others can read, or that is not there", () => {
    assert.deepEqual(lines(inFile()), []);
    chmodSync(join(folder, "passphrase"), 0o640);
    assert.match(lines(inFile())[0] ?? "", /can be read by others: chmod 600 /);
    rmSync(join(folder, "passphrase"));
    assert.match(lines(inFile())[0] ?? "", /cannot be read/);
  });

  it("is of no concern where it is typed in, or where a service keeps the key", () => {
    assert.deepEqual(lines({}), []);
    assert.deepEqual(lines({ PULUMI_CONFIG_PASSPHRASE: "" }, "cloud"), []);
    assert.deepEqual(lines({ PULUMI_CONFIG_PASSPHRASE: "" }, "unknown"), []);
  });

  it("has a length and variety that cannot be tried out by who has the repository", () => {
    assert.equal(passphraseMistake("correct horse battery staple"), undefined);
    assert.equal(passphraseMistake("c9Zk0v3Qm1XyTr7uLw2bHs"), undefined);
    assert.match(passphraseWeakness("hunter2 again") ?? "", /^is shorter than 16 characters/);
    for (const weak of ["", "hunter2", "aaaaaaaaaaaaaaaaaaaaaaaa", " padded passphrase of mine"]) {
      assert.notEqual(passphraseMistake(weak), undefined, weak);
    }
  });
});
