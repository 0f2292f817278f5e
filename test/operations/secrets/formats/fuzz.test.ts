import assert from "node:assert/strict";
import fc from "fast-check";
import { readFileSync } from "node:fs";
import { parseEnv } from "node:util";
import { readSecretContent } from "../../../../operations/secrets/formats/read";
import { readDotenv } from "../../../../operations/secrets/formats/text/dotenv";
import { readJson, readYaml } from "../../../../operations/secrets/formats/text/yaml";
import { leavesOf } from "../../../../operations/secrets/formats/tree";
import type { SecretFormat } from "../../../../operations/secrets/formats/types";
import { fixtureFile, fixtureKeys, fixtures } from "./fixtures";

type Fixture = (typeof fixtures)[number];

/** Small files, one for each way of encryption. */
const small = [
  "sops-encrypted-suffix.yaml",
  "sops-binary",
  "sops-one.env",
  "sops-one.ini",
  "vault-id.yml",
  "vault.env",
  "sealed-one.yaml",
];

const cases = fixtures.filter(({ name }) => small.includes(name));

/**
 * Reads what was changed. Either that is refused in one line that names the file and repeats no value,
 * or every value that was encrypted is one that had been put in.
 */
async function readChanged({ name, keys, expected }: Fixture, content: Uint8Array): Promise<void> {
  // Where a manifest is none any more, what it has stays in base64.
  const values = expected.flatMap(({ value }) => [value, Buffer.from(value).toString("base64")]);
  try {
    const entries = await readSecretContent({ file: name, ...fixtureKeys(keys), content });
    for (const { encrypted, value } of entries) {
      if (encrypted) assert.ok(values.includes(value), `${name} yields what was never put in`);
    }
  } catch (error) {
    if (error instanceof assert.AssertionError) throw error;
    assertOneLine(error, name);
    for (const { value, encrypted } of expected) {
      if (encrypted && value.includes("canary")) assert.ok(!String(error).includes(value));
    }
  }
}

function assertOneLine(error: unknown, file: string): void {
  assert.ok(error instanceof Error);
  assert.ok(error.message.startsWith(`${file}: `), error.stack);
  assert.ok(!/[\n\r]/.test(error.message), error.message);
  assert.ok(error.message.length < 400, error.message);
}

describe("readers of changed files", () => {
  for (const fixture of cases) {
    const { name } = fixture;
    const content = readFileSync(fixtureFile(name));

    it(`${name}: cut off anywhere`, async () => {
      // A file has some 150 places; a step that is no power of two meets every part of base64.
      const step = Math.max(1, Math.ceil(content.length / 150) | 1);
      for (let end = 0; end < content.length; end += step) {
        await readChanged(fixture, content.subarray(0, end));
      }
    });

    it(`${name}: one bit turned over`, async () => {
      const places = fc.integer({ min: 0, max: content.length * 8 - 1 });
      await fc.assert(
        fc.asyncProperty(places, async (place) => {
          const changed = Buffer.from(content);
          const at = place >> 3;
          changed[at] = (changed[at] ?? 0) ^ (1 << (place & 7));
          await readChanged(fixture, changed);
        }),
        { numRuns: 60 },
      );
    });

    it(`${name}: a part replaced by anything`, async () => {
      const span = fc.tuple(fc.nat(content.length), fc.nat(40), fc.uint8Array({ maxLength: 40 }));
      await fc.assert(
        fc.asyncProperty(span, async ([from, length, bytes]) => {
          const [before, after] = [content.subarray(0, from), content.subarray(from + length)];
          await readChanged(fixture, Buffer.concat([before, bytes, after]));
        }),
        { numRuns: 40 },
      );
    });
  }
});

describe("readers of anything", () => {
  const formats: readonly (SecretFormat | undefined)[] = [
    ...["sops-yaml", "sops-json", "sops-dotenv", "sops-ini"],
    ...["ansible-vault", "ansible-vault-values", "kubernetes-secret", "sealed-secret"],
    ...["dotenv", "ini", "yaml", "json", undefined],
  ] as (SecretFormat | undefined)[];
  const pieces = fc.constantFrom(
    ...["sops:", "  mac: ", "ENC[AES256_GCM,data:", ",iv:", "type:str]", "sops_mac=", "[sops]"],
    ...["$ANSIBLE_VAULT;1.1;AES256\n", "!vault |\n", "kind: Secret\n", "apiVersion: v1\n", "data:"],
    ...["&a ", "*a ", "<<: ", "__proto__", "{", "}", "[", "]", ": ", "- ", "\n", "\n  ", "\t", '"'],
    ...["=", "#", "'", "`", '"""', "---\n", "\r\n", "\uFEFF", "\u2028", "🐤", "\0", "AAAA", "?"],
  );
  const texts = fc.array(fc.oneof(pieces, fc.string()), { maxLength: 30 });
  const content = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    texts.map((parts) => Buffer.from(parts.join(""))),
  );
  const all = fixtures.find(({ name }) => name === "vault-id.yml");
  const sealing = fixtures.find(({ name }) => name === "sealed-one.yaml");
  const keys = { ...all?.keys, ...sealing?.keys };

  it("answer with values or with one line, whatever they are given", async () => {
    await fc.assert(
      fc.asyncProperty(content, fc.constantFrom(...formats), async (bytes, format) => {
        const chosen = format === undefined ? {} : { format };
        const options = { file: "any", ...chosen, ...fixtureKeys(keys) };
        try {
          const entries = await readSecretContent({ ...options, content: bytes });
          assert.ok(entries.length > 0);
        } catch (error) {
          assertOneLine(error, "any");
        }
      }),
      { numRuns: 500 },
    );
  });

  it("read JSON as JSON.parse does, from JSON and from YAML", () => {
    const values = fc.dictionary(
      fc.string({ unit: "binary" }),
      fc.jsonValue({ depthSize: "small" }),
    );
    fc.assert(
      fc.property(values, fc.constantFrom(undefined, 2, "\t"), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        const wanted: [string, string][] = [];
        const walk = (one: unknown, path: string[]): void => {
          if (one === null) return;
          if (typeof one === "string") wanted.push([JSON.stringify(path), one]);
          else if (typeof one !== "object")
            wanted.push([JSON.stringify(path), JSON.stringify(one)]);
          else for (const [key, each] of Object.entries(one)) walk(each, [...path, key]);
        };
        walk(JSON.parse(text), []);
        for (const read of [readJson, readYaml]) {
          const found = read("any", text).flatMap((tree) => leavesOf(tree));
          const pairs = found.map(([path, leaf]) => [JSON.stringify(path), leaf.text] as const);
          assert.deepEqual(new Map(pairs), new Map(wanted));
        }
      }),
      { numRuns: 40 },
    );
  });

  it("read dotenv as Node does, or not at all", () => {
    const line = fc.tuple(
      fc.constantFrom("", "export ", "  "),
      fc.stringMatching(/^[A-Z_]{1,4}$/),
      fc.constantFrom("=", " = "),
      fc.oneof(
        fc.stringMatching(/^[ -~]{0,12}$/),
        fc.stringMatching(/^[ -~\n]{0,12}$/).map((text) => `"${text}"`),
        fc.stringMatching(/^[ -~\n]{0,12}$/).map((text) => `'${text}'`),
      ),
    );
    const comment = fc.constantFrom("# comment", "");
    const lines = fc.array(
      fc.oneof(
        line.map((parts) => parts.join("")),
        comment,
      ),
      { maxLength: 6 },
    );
    fc.assert(
      fc.property(lines, fc.constantFrom("\n", "\r\n"), (all, end) => {
        const text = all.join(end);
        let trees;
        try {
          trees = readDotenv("any", text);
        } catch (error) {
          assertOneLine(error, "any");
          return;
        }
        const leaves = trees.flatMap((tree) => leavesOf(tree));
        const found = Object.fromEntries(leaves.map(([path, leaf]) => [path.join("."), leaf.text]));
        assert.deepEqual(found, { ...parseEnv(text.replaceAll("\r\n", "\n")) });
      }),
      { numRuns: 500 },
    );
  });
});
