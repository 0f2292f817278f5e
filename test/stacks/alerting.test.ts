import assert from "node:assert/strict";
import { parseConfig } from "../../config/parse";
import type { Config } from "../../config/schema";
import { alertingSettings, stackAlerts, stackDashboards } from "../../stacks/alerting";
import { platformSettings } from "../../stacks/platform";
import { existingCluster, ownCluster, type Sections } from "../support/program";

function configOf(sections: Sections): Config {
  const { draft } = parseConfig(sections);
  assert.ok(draft);
  return draft;
}

function groupsOf(sections: Sections): string[] {
  const config = configOf(sections);
  const settings = platformSettings(config, { serverAddresses: [], nfsServer: undefined });
  return stackAlerts(config, settings).map(({ name }) => name.replace("bramble-", ""));
}

const copies = { snapshots: { offHost: { nfs: { server: "nas", path: "/copies" } } } };

describe("stacks/alerting", () => {
  it("watches all that our own cluster has", () => {
    assert.deepEqual(groupsOf({ ...ownCluster, k3s: { ...ownCluster.k3s, ...copies } }), [
      ...["hosts", "own-hosts", "snapshots", "workloads", "addresses", "ingress", "certificates"],
      ...["logging", "delivery", "probes", "config-backups", "secrets", "media"],
    ]);
  });

  it("misses no figure of hosts that are not ours, nor copies that nobody makes", () => {
    const groups = groupsOf({ ...existingCluster, k3s: copies });
    for (const group of ["own-hosts", "snapshots"]) assert.ok(!groups.includes(group), group);
    assert.ok(!groupsOf(ownCluster).includes("config-backups"));
  });

  it("leaves out what is turned off, dashboards too", () => {
    const off = { enabled: false };
    const sections = {
      ...ownCluster,
      platform: { ...{ traefik: off, logging: off, argocd: off }, ingress: {} },
      media: off,
      ops: { probes: off },
    };
    const groups = groupsOf(sections);
    for (const group of ["ingress", "logging", "delivery", "probes", "media"]) {
      assert.ok(!groups.includes(group), group);
    }
    const config = configOf(sections);
    const settings = platformSettings(config, { serverAddresses: [], nfsServer: undefined });
    assert.deepEqual(
      stackDashboards(config, settings).map(({ uid }) => uid),
      ["bramble-cluster", "bramble-hosts", "bramble-checks"],
    );
  });

  it("takes each receiver over as its row has it", () => {
    const receivers = [
      { name: "phone", type: "ntfy", severities: ["critical"], auth: true },
      { name: "chat", type: "telegram", chatId: 7 },
    ];
    const config = configOf({
      ...ownCluster,
      platform: { monitoring: { receivers, heartbeat: true } },
    });
    assert.deepEqual(alertingSettings(config), {
      heartbeat: true,
      receivers: [
        { name: "phone", type: "ntfy", severities: ["critical"], auth: true },
        { name: "chat", type: "telegram", severities: ["critical", "warning"], chatId: 7 },
      ],
    });
  });
});
