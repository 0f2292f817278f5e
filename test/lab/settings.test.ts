import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseConfig } from "../../config/parse";
import { labConfig, labHostSpecs, type LabOverrides } from "../../lab/settings";

const key = `ssh-ed25519 ${"A".repeat(68)}`;
const overrides: LabOverrides = {
  hosts: labHostSpecs().map(({ name, address }) => ({ name, address, hostKey: key })),
  k3s: { version: "v1.36.3+k3s0", directory: "/cache/standin", sha256: "0".repeat(64) },
  awaitReady: false,
  withoutCharts: true,
};

describe("lab/settings", () => {
  let folder = "";
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "bramble-settings-"));
    writeFileSync(join(folder, "key"), "the key\n");
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  it("makes a configuration without a mistake of the local stack's file", () => {
    const { config, secretKeys } = labConfig(overrides, join(folder, "key"));
    const entries = Object.entries(config)
      .filter(([name]) => !secretKeys.includes(name))
      .map(([name, text]) => [name.replace("bramble:", ""), JSON.parse(text) as unknown]);
    const parsed = parseConfig(Object.fromEntries(entries) as Record<string, unknown>);
    assert.deepEqual(parsed.problems, []);
    assert.ok(parsed.config?.hosts.every(({ hostKey }) => hostKey === key));
    assert.equal(parsed.config?.k3s.airGapDirectory, "/cache/standin");
    assert.equal(parsed.config.media.awaitReady, false);
    const { traefik, metallb, certManager, monitoring, logging, argocd } = parsed.config.platform;
    const switches = [traefik, metallb, certManager, monitoring, logging, argocd];
    assert.ok(switches.every(({ enabled }) => !enabled));
  });

  it("hands the SSH key over as a secret only", () => {
    const { config, secretKeys } = labConfig(overrides, join(folder, "key"));
    assert.deepEqual(secretKeys, ["bramble:sshPrivateKey"]);
    assert.equal(config["bramble:sshPrivateKey"], "the key\n");
  });
});
