import assert from "node:assert/strict";
import { homedir } from "node:os";
import { join } from "node:path";
import { mkdirSync, writeFileSync } from "node:fs";
import { airGapArchitectures, localFileProblems } from "../../config/localFiles";
import { localPath } from "../../config/localPath";
import { parseConfig } from "../../config/parse";
import { problemLine } from "../../config/problems";
import { withFolder } from "../support/folders";

function linesOf(k3s: Record<string, unknown>): string[] {
  const { draft } = parseConfig({ k3s });
  assert.ok(draft);
  return localFileProblems(draft).map(problemLine);
}

function release(folder: string, ...files: readonly string[]): string {
  for (const file of files) writeFileSync(join(folder, file), "");
  return folder;
}

describe("files of this machine that the configuration names", () => {
  it("may be none", () => {
    assert.deepEqual(linesOf({}), []);
  });

  it("are an air-gap directory with k3s and its digests", () =>
    withFolder((folder) => {
      const airGapDirectory = release(folder, "k3s-arm64", "sha256sum-arm64.txt");
      assert.deepEqual(linesOf({ airGapDirectory }), []);
      assert.deepEqual(airGapArchitectures(airGapDirectory), ["arm64"]);
      return Promise.resolve();
    }));

  it("are refused before anything is touched when the directory is missing, empty or unverifiable", () =>
    withFolder((folder) => {
      const missing = join(folder, "missing");
      assert.deepEqual(linesOf({ airGapDirectory: missing }), [
        `bramble:k3s.airGapDirectory: ${missing} is not a directory on this machine: make it`,
      ]);
      assert.deepEqual(linesOf({ airGapDirectory: folder }), [
        `bramble:k3s.airGapDirectory: ${folder} holds no k3s: copy \`k3s\` (amd64) or \`k3s-arm64\` of the release there`,
      ]);
      release(folder, "k3s");
      assert.deepEqual(linesOf({ airGapDirectory: folder }), [
        `bramble:k3s.airGapDirectory: ${folder} has k3s without sha256sum-amd64.txt: copy it there, or pin k3s.checksums.amd64`,
      ]);
      const checksums = { amd64: "0".repeat(64) };
      assert.deepEqual(linesOf({ airGapDirectory: folder, checksums }), []);
      return Promise.resolve();
    }));

  it("are certificates of registries", () =>
    withFolder((folder) => {
      const caFile = join(folder, "ca.pem");
      const k3s = { registries: { configs: { "registry.lan": { tls: { caFile } } } } };
      const path = "bramble:k3s.registries.configs.registry.lan.tls.caFile";
      assert.deepEqual(linesOf(k3s), [`${path}: ${caFile} is not a file on this machine`]);
      mkdirSync(folder, { recursive: true });
      writeFileSync(caFile, "key");
      assert.deepEqual(linesOf(k3s), [`${path}: ${caFile} holds no certificate in PEM form`]);
      writeFileSync(caFile, "-----BEGIN CERTIFICATE-----\n");
      assert.deepEqual(linesOf(k3s), []);
      return Promise.resolve();
    }));

  it("may be named from the operator's home", () => {
    assert.equal(localPath("~/airgap"), join(homedir(), "airgap"));
    assert.equal(localPath("/srv/~/airgap"), "/srv/~/airgap");
  });
});
