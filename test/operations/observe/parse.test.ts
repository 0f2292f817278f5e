import assert from "node:assert/strict";
import type { HostConfig } from "../../../config/schema";
import { joinReports, parseReport, unseen } from "../../../operations/observe/parse";

function host(name: string): HostConfig {
  return {
    ...{ name, address: "10.0.0.1", role: "server", state: "present" },
    ...{ labels: {}, taints: [], generation: 1, discardVolumes: [] },
  };
}

function report(name: string, lines: readonly string[]) {
  const text = [...lines, "end"].map((line) => line.replaceAll("|", "\t")).join("\n");
  const found = parseReport(host(name), `${text}\n`);
  assert.ok(found);
  return found;
}

const running = [
  "cluster|c1",
  "generation|3",
  "k3s|v1.36.3+k3s1|k3s|active|2026-01-02T03:04:05Z",
  "etcd|yes",
  "reboot|the kernel command line changed",
  "file|config.yaml|abc",
  "applied|yes",
  "member|1f|pi-1-0a1b2c3d|https://10.0.0.1:2379|voter|healthy",
  "member|2f|pi-2-ffffffff|https://10.0.0.2:2379|learner|unhealthy",
  "node|pi-1|True|True||v1.36.3+k3s1|10.0.0.1|true|true|",
  "node|pi-2|Unknown|False|true|v1.36.3+k3s1|10.0.0.2|true|true|drain 2026",
  "node|pi-3|True|||v1.36.3+k3s1|10.0.0.3|||",
  "api|yes",
  "volume|pi-2|media/plex-config|/var/lib/rancher/k3s/storage/pvc-1|2026-01-01T00:00:00Z",
  "volume|pi-2|apps/db|/var/lib/rancher/k3s/storage/pvc-2|",
];

describe("operations/observe", () => {
  it("reads what a server says of itself", () => {
    const { clusterId, generation, k3s, etcd, rebootReason, files } = report("pi-1", running);
    assert.deepEqual(
      { clusterId, generation, rebootReason, files },
      {
        ...{ clusterId: "c1", generation: 3, files: { "config.yaml": "abc" } },
        rebootReason: "the kernel command line changed",
      },
    );
    assert.deepEqual(k3s, {
      ...{ version: "v1.36.3+k3s1", unit: "k3s", active: true, applied: true },
      startedAt: "2026-01-02T03:04:05Z",
    });
    assert.deepEqual(etcd.members, [
      { id: "1f", name: "pi-1", address: "10.0.0.1", learner: false, healthy: true },
      { id: "2f", name: "pi-2", address: "10.0.0.2", learner: true, healthy: false },
    ]);
  });

  it("reads what a server says of its nodes", () => {
    const [first, second, third] = report("pi-1", running).nodes;
    assert.deepEqual(first, {
      ...{ name: "pi-1", ready: true, voter: true, schedulable: true, roles: ["server"] },
      ...{ version: "v1.36.3+k3s1", internalIp: "10.0.0.1" },
    });
    assert.equal(second?.ready, false, "Unknown is not Ready");
    assert.equal(second.schedulable, false);
    assert.equal(second.startedMaintenance, "drain 2026");
    assert.deepEqual(third?.roles, ["agent"]);
    assert.equal(third.voter, false);
  });

  it("takes the word of a Ready server of an old release, which does not tell whether it votes", () => {
    const lines = [
      "node|pi-1|True|||v1.21.2+k3s1|10.0.0.1|true|true|",
      "node|pi-2|False|||v1.21.2+k3s1|10.0.0.2|true|true|",
    ];
    const { nodes, etcd } = report("pi-1", [...lines, "api|yes"]);
    assert.deepEqual(
      nodes.map(({ voter }) => voter),
      [true, false],
    );
    assert.deepEqual(
      etcd.members.map(({ name, learner, healthy }) => [name, learner, healthy]),
      [
        ["pi-1", false, true],
        ["pi-2", false, false],
      ],
    );
  });

  it("finds nothing on a blank host", () => {
    const blank = report("pi-1", ["cluster|", "generation|", "k3s|||inactive|", "etcd|no"]);
    assert.deepEqual(blank.k3s, { active: false });
    assert.equal(blank.etcd.hasData, false);
    assert.deepEqual(["clusterId" in blank, "generation" in blank], [false, false]);
  });

  it("believes no report whose end is missing", () => {
    assert.equal(parseReport(host("pi-1"), "cluster\tc1\n"), undefined);
  });

  it("tells each host its volumes by the cluster's list, also one that cannot be reached", () => {
    const { hosts, members, nodes } = joinReports([
      unseen(host("pi-2"), "pi-2: does not answer"),
      report("pi-3", ["etcd|yes", "volume|pi-3|old/claim|/var/lib/rancher/x|"]),
      report("pi-1", running),
    ]);
    const claims = hosts.map(({ localVolumes }) => localVolumes.map(({ claim }) => claim));
    assert.deepEqual(claims, [["media/plex-config", "apps/db"], [], []]);
    assert.equal(hosts[0]?.localVolumes[0]?.lastVerifiedBackup, "2026-01-01T00:00:00Z");
    assert.equal(members.length, 2);
    assert.equal(nodes.length, 3);
  });

  it("goes by the folders on the disk while no API answers", () => {
    const { hosts } = joinReports([
      report("pi-1", ["etcd|yes", "volume|pi-1|media/plex|/var/lib/rancher/k3s/storage/x|"]),
    ]);
    assert.deepEqual(hosts[0]?.localVolumes, [
      { claim: "media/plex", path: "/var/lib/rancher/k3s/storage/x" },
    ]);
  });
});
