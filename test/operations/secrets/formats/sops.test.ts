import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readSecretContent, readSecretFile } from "../../../../operations/secrets/formats/read";
import { fixtureFile, fixtureKeys, fixtures } from "./fixtures";

const keysOf = (name: string) => fixtureKeys(fixtures.find((one) => one.name === name)?.keys);

/** Reads a file of SOPS after a change of its text. */
async function changed(name: string, change: (text: string) => string): Promise<unknown> {
  const before = readFileSync(fixtureFile(name), "utf8");
  const after = change(before);
  assert.notEqual(after, before, "the change changes nothing");
  return readSecretContent({ file: name, ...keysOf(name), content: Buffer.from(after) });
}

const file = "sops-types.yaml";

describe("files of SOPS that were changed", () => {
  const cases: readonly (readonly [what: string, (text: string) => string, RegExp])[] = [
    ["a clear value", (text) => text.replace('text: "007"', 'text: "008"'), /not what its digest/],
    ["a clear number", (text) => text.replace("int: 42", "int: 43"), /not what its digest/],
    [
      "a value moved to another key",
      (text) => text.replace(/^( +)int: ENC/m, "$1integer: ENC"),
      /map\.integer cannot be opened/,
    ],
    ["a value taken away", (text) => text.replace(/^ +int: ENC.*\n/m, ""), /not what its digest/],
    [
      "a clear value added",
      (text) => text.replace("plain_unencrypted:", "new_unencrypted: x\nplain_unencrypted:"),
      /not what its digest/,
    ],
    [
      "a value put in clear",
      (text) => text.replace(/int: ENC\[.*\]/, "int: 42"),
      /map\.int should be encrypted and stands in clear/,
    ],
    [
      "two values in each other's place",
      (text) => {
        const items = text.match(/^ +- ENC.*type:str\]$/gm) ?? [];
        const [first = "", second = ""] = items;
        return text.replace(first, "@").replace(second, first).replace("@", second);
      },
      /not what its digest/,
    ],
    [
      "the time",
      (text) => text.replace(/lastmodified: "20../, 'lastmodified: "19'),
      /digest \(sops\.mac\) cannot be opened/,
    ],
    [
      "the digest",
      (text) => text.replace(/mac: ENC\[AES256_GCM,data:../, "mac: ENC[AES256_GCM,data:AA"),
      /cannot be opened/,
    ],
    ["no digest", (text) => text.replace(/mac: ENC.*/, 'mac: ""'), /cannot be opened/],
    [
      "the rule of what is encrypted",
      (text) => text.replace("unencrypted_suffix: _unencrypted", "encrypted_regex: ^plain"),
      /should be encrypted|not what its digest/,
    ],
    [
      "two rules",
      (text) =>
        text.replace(
          "unencrypted_suffix: _unencrypted",
          "unencrypted_suffix: x\n    encrypted_suffix: y",
        ),
      /has both unencrypted_suffix and encrypted_suffix/,
    ],
    [
      "a rule that is no pattern",
      (text) => text.replace("unencrypted_suffix: _unencrypted", "encrypted_regex: ((("),
      /no pattern/,
    ],
    ["the type of a value", (text) => text.replace(/type:int\]/, "type:nonsense]"), /unknown type/],
    [
      "the armor of the key",
      (text) => text.replace(/-----END AGE ENCRYPTED FILE-----/, ""),
      /needs an age identity/,
    ],
    [
      "all keys",
      (text) => text.replace(/^ +age:\n( {6,}.*\n)+/m, ""),
      /needs a key, and names none/,
    ],
  ];
  for (const [what, change, why] of cases) {
    it(`are refused: ${what}`, async () => {
      await assert.rejects(changed(file, change), (error: Error) => {
        assert.match(error.message, why);
        assert.ok(!error.message.includes("\n") && !error.message.includes("canary"));
        return true;
      });
    });
  }

  it("are read where only the layout or a comment changed", async () => {
    for (const change of [
      (text: string) => text.replaceAll("\n", "\r\n"),
      (text: string) => `# a comment of somebody\n${text}`,
      (text: string) => `\uFEFF${text}`,
    ]) {
      assert.ok(((await changed(file, change)) as unknown[]).length > 10);
    }
  });

  it("are not slowed down by a pattern that backtracks", async () => {
    const slow = (text: string): string =>
      text
        .replace("unencrypted_suffix: _unencrypted", "encrypted_regex: ^(a+)+$")
        .replace("plain_unencrypted:", `? ${"a".repeat(5000)}b\n: x\nplain_unencrypted:`);
    await assert.rejects(changed(file, slow), /not what its digest/);
  });
});

describe("files that sops itself opens", () => {
  let folder: string;
  const sopsThat = (script: string): string => {
    writeFileSync(join(folder, "sops"), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    return `${folder}:${process.env["PATH"] ?? ""}`;
  };
  const readWith = (path: string) =>
    readSecretFile({
      file: fixtureFile("sops-pgp.yaml"),
      environment: { HOME: "/nonexistent", PATH: path },
    });

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "bramble-sops-"));
  });

  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it("are given by their name, and what is printed is read", async () => {
    const args = `--decrypt --input-type yaml --output-type yaml ${fixtureFile("sops-pgp.yaml")}`;
    const path = sopsThat(`[ "$*" = "${args}" ] && echo 'key: canary' && echo 'new: clear'`);
    const entries = await readWith(path);
    const shown = entries.map(({ path: [key], value, encrypted }) => [key, value, encrypted]);
    assert.deepEqual(shown, [
      ["key", "canary", true],
      ["new", "clear", false],
    ]);
  });

  it("are told to be out of reach in one line, without what sops said", async () => {
    const path = sopsThat("echo 'canary'; echo 'MAC mismatch canary' >&2; exit 51");
    await assert.rejects(readWith(path), (error: Error) => {
      assert.match(
        error.message,
        /`sops` cannot open it: the file is not what its digest was made of/,
      );
      assert.ok(!error.message.includes("canary"));
      return true;
    });
  });

  it("may print no more than fits", async () => {
    const path = sopsThat("exec cat /dev/zero");
    await assert.rejects(readWith(path), /`sops` cannot open it/);
  });
});
