import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { configKeys, parseConfig, type Parsed } from "../../config/parse";
import { problemLine } from "../../config/problems";

/** A file of `test/config/<kind>`: what it expects stands in comments at its top. */
interface Fixture {
  readonly name: string;
  readonly expected: readonly string[];
  readonly result: Parsed;
}

function fixtures(kind: "valid" | "invalid", mark: string): Fixture[] {
  const folder = join(__dirname, kind);
  return readdirSync(folder).map((name) => {
    const text = readFileSync(join(folder, name), "utf8");
    const lines = text.split("\n").filter((line) => line.startsWith(`# ${mark}: `));
    return {
      name,
      expected: lines.map((line) => line.slice(`# ${mark}: `.length)),
      result: parseConfig(parse(text) as Record<string, unknown>),
    };
  });
}

describe("parseConfig", () => {
  for (const { name, expected, result } of fixtures("invalid", "expect")) {
    it(`refuses ${name} in its own words`, () => {
      assert.notEqual(expected.length, 0, "no `# expect:` line");
      assert.deepEqual(result.problems.map(problemLine), expected);
      assert.equal(result.config, undefined);
    });
  }

  for (const { name, expected, result } of fixtures("valid", "warn")) {
    it(`takes ${name}`, () => {
      assert.deepEqual(result.problems.map(problemLine), []);
      assert.deepEqual(result.warnings.map(problemLine), expected);
      assert.notEqual(result.config, undefined);
    });
  }

  it("tells ten mistakes in one file in ten lines", () => {
    const { result } = fixtures("invalid", "expect").find(
      ({ name }) => name === "ten-mistakes.yaml",
    ) ?? { result: undefined };
    assert.equal(result?.problems.length, 10);
  });

  it("takes an empty section like none, since Pulumi.yaml declares empty defaults", () => {
    const empty = Object.fromEntries(configKeys.map((key) => [key, key === "hosts" ? [] : {}]));
    assert.deepEqual(parseConfig(empty), parseConfig({}));
  });

  it("fills defaults in, so that a stack names only what differs", () => {
    const { config } = parseConfig({
      hosts: [{ name: "pi-1", address: "192.168.1.21", role: "server" }],
      ssh: { requireHostKeys: false },
      network: { pools: [{ name: "lan", addresses: ["192.168.1.150/31"] }] },
      media: { storage: { mediaClass: "local-path", configClass: "local-path" } },
    });
    assert.equal(config?.hosts[0]?.state, "present");
    assert.equal(config.media.storage.mediaSize, "10Ti");
    assert.equal(config.media.apps.plex.enabled, true);
    assert.equal(config.k3s.snapshots.retention, 12);
  });
});
