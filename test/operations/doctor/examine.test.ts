import assert from "node:assert/strict";
import type { Facts } from "../../../operations/doctor/facts";
import { examine, exitCodeOf } from "../../../operations/doctor/examine";
import { renderExamined } from "../../../operations/doctor/report";
import { type Changes, factsOf, now } from "./facts";

const day = 86_400;

/** What is not well: `subject id state: found`. */
function troubles(facts: Facts): string[] {
  return examine(facts).flatMap(({ subject, findings }) =>
    findings
      .filter(({ state }) => state === "warn" || state === "fail")
      .map(({ id, state, found }) => `${subject} ${id} ${state}: ${found}`),
  );
}

describe("the doctor", () => {
  it("finds nothing to mend on healthy Pis", () => {
    const facts = factsOf();
    assert.deepEqual(troubles(facts), []);
    assert.equal(exitCodeOf(examine(facts)), 0);
    const page = renderExamined("home", examine(facts), false);
    assert.equal(page.split("\n").length, 6, "one line for the cluster and each host");
  });

  const cases: readonly [string, Changes, readonly string[]][] = [
    [
      "a hot Pi that slows down on a weak supply",
      { "pi-2": { celsius: 82, throttled: 0x5_0005 } },
      [
        "pi-2 temperature fail: 82 °C",
        "pi-2 throttled fail: under-voltage now, throttled now, under-voltage since boot, throttled since boot",
      ],
    ],
    [
      "a Pi that was throttled and is not any more: a warning",
      { "pi-4": { throttled: 0x4_0000 } },
      ["pi-4 throttled warn: throttled since boot"],
    ],
    [
      "a dead server, with the cluster serving",
      { "pi-3": undefined },
      [
        "cluster quorum warn: 2 of 3 members healthy; not: pi-3",
        "cluster nodes fail: not Ready: pi-3",
        "pi-3 reachable fail: does not answer SSH at 10.69.1.13: is it on?",
      ],
    ],
    [
      "two dead servers of three",
      { "pi-2": undefined, "pi-3": undefined },
      [
        "cluster quorum fail: 1 of 3 members healthy: the cluster takes no changes",
        "cluster nodes fail: not Ready: pi-2, pi-3",
        "pi-2 reachable fail: does not answer SSH at 10.69.1.12: is it on?",
        "pi-3 reachable fail: does not answer SSH at 10.69.1.13: is it on?",
      ],
    ],
    [
      "a clock two days off",
      {
        "pi-2": {
          clock: {
            ...{ asked: now, first: now + 2 * day + 1, last: now + 2 * day + 4 },
            answered: now + 5,
          },
          timeSynchronised: false,
        },
      },
      [
        "cluster clocks fail: pi-1 and pi-2 are at least 47 hours apart",
        "pi-2 clock fail: 47 hours ahead of this machine's, at least",
        "pi-2 time-sync warn: not synchronised",
      ],
    ],
    [
      "a full disk, and one that went read-only",
      {
        "pi-1": {
          filesystems: [
            {
              ...{ mount: "/", sizeKb: 30_000_000, freeKb: 300_000 },
              ...{ inodes: 1_000_000, freeInodes: 20_000, readOnly: true },
            },
          ],
        },
      },
      [
        "pi-1 space fail: / is 99 % full, 300 MB free",
        "pi-1 inodes fail: 98 % of /'s are used",
        "pi-1 read-only fail: read-only: /",
      ],
    ],
    [
      "two servers with the virtual address",
      { "pi-2": { virtualIp: { held: true, answers: true, hardwareAddress: "" } } },
      ["cluster virtual-ip fail: 10.69.1.10 is on pi-1, pi-2 at once"],
    ],
    [
      "a virtual address that another machine has",
      { "pi-1": { virtualIp: { held: false, answers: true, hardwareAddress: "aa:bb" } } },
      ["cluster virtual-ip fail: 10.69.1.10 answers and is on none of the hosts seen"],
    ],
    [
      "a slow card that wears out",
      {
        "pi-1": {
          disk: { kind: "sd", device: "mmcblk0", name: "SC32G", wear: "0x08 0x02" },
          writes: [12, 15, 14, 900],
          walWrites: [
            { bound: 0.064, count: 90 },
            { bound: Infinity, count: 100 },
          ],
          kernel: { undervoltage: 3, outOfMemory: 0, diskErrors: 2 },
        },
      },
      [
        "pi-1 disk-errors fail: 2 since boot",
        "pi-1 disk-kind warn: sd, SC32G, 80 % of its life used",
        "pi-1 power warn: under-voltage 3 times since boot",
        "pi-1 writes fail: 14 ms, 99 % in 900 ms",
        "pi-1 etcd-writes fail: 99 % in more than 8 s",
      ],
    ],
    [
      "certificates that end, and no snapshot for days",
      {
        "pi-1": {
          certificates: [{ path: "server/tls/client-admin.crt", end: now + 5 * day }],
          snapshot: { taken: now - 2 * day, bytes: 1, file: "s" },
        },
        "pi-2": { certificates: [{ path: "agent/client-kubelet.crt", end: now - 3 * day }] },
      },
      [
        "pi-1 certificates fail: 5 days left (server/tls/client-admin.crt)",
        "pi-1 snapshot warn: 2 days old, 0 MB",
        "pi-2 certificates fail: agent/client-kubelet.crt ended 3 days ago",
      ],
    ],
    [
      "a service that does not stay up, and a reboot that is due",
      {
        "pi-4": {
          unit: { name: "k3s-agent", state: "activating", restarts: 7 },
          rebootReason: "linux-image (/run/reboot-required)",
        },
      },
      [
        "pi-4 reboot warn: linux-image (/run/reboot-required)",
        "pi-4 service fail: k3s-agent is activating",
      ],
    ],
  ];
  for (const [what, changes, expected] of cases) {
    it(`names ${what}`, () => {
      const facts = factsOf(changes);
      assert.deepEqual(troubles(facts), expected);
      assert.equal(
        exitCodeOf(examine(facts)),
        expected.some((line) => line.includes(" fail: ")) ? 1 : 0,
      );
    });
  }

  it("gives every trouble a mend, and writes the stack's name into it", () => {
    const facts = factsOf({ "pi-1": { unit: { name: "k3s", state: "failed", restarts: 0 } } });
    for (const { findings } of examine(facts)) {
      for (const { state, mend } of findings) assert.equal(state === "fail", mend !== undefined);
    }
    const page = renderExamined("home", examine(factsOf({ "pi-3": undefined })), false);
    assert.match(page, /npm run hosts -- home check/);
  });

  it("tells a node in Bramble's maintenance from one cordoned by hand", () => {
    const facts = factsOf();
    const nodes = facts.cluster.nodes.map((node) =>
      node.name === "pi-2"
        ? { ...node, schedulable: false, startedMaintenance: "2026-03-01T10:00:00Z" }
        : { ...node, schedulable: node.name !== "pi-3" },
    );
    assert.deepEqual(troubles({ ...facts, cluster: { ...facts.cluster, nodes } }), [
      "cluster cordoned warn: pi-2 is in Bramble's maintenance since 2026-03-01T10:00:00Z, pi-3 is cordoned by hand",
    ]);
  });

  it("lists pods that do not run, not those that ended or have just been made", () => {
    const pod = { namespace: "media", node: "pi-4", created: now - day, containers: [] };
    const facts = factsOf({
      "pi-1": {
        pods: [
          { ...pod, name: "done", phase: "Succeeded" },
          { ...pod, name: "new", phase: "Pending", created: now - 20 },
          { ...pod, name: "stuck", phase: "Pending" },
          {
            ...{ ...pod, name: "loops", phase: "Running", created: now - 60 },
            containers: [{ ready: false, restarts: 9, waiting: "CrashLoopBackOff" }],
          },
        ],
        refusals: [{ namespace: "games", object: "ReplicaSet/a", message: "violates PodSecurity" }],
      },
    });
    assert.deepEqual(troubles(facts), [
      "cluster pods warn: 2 do not: media/stuck (Pending), media/loops (CrashLoopBackOff)",
      "cluster refused warn: games/ReplicaSet/a",
    ]);
  });

  it("tells a release that Helm left half way, with the command that mends it", () => {
    const release = { namespace: "monitoring", name: "kube-prometheus-stack", begun: now - day };
    const old = { ...release, revision: 1, status: "deployed" };
    const look = (status: string, begun: number) => {
      const facts = factsOf({
        "pi-1": { releases: [{ ...release, revision: 2, status, begun }, old] },
      });
      return examine(facts)
        .flatMap(({ findings }) => findings)
        .find(({ id }) => id === "releases");
    };
    const stuck = look("pending-upgrade", now - 3600);
    assert.equal(stuck?.state, "fail");
    assert.match(stuck.found, /monitoring\/kube-prometheus-stack is pending-upgrade/);
    assert.match(stuck.mend ?? "", /charts -- home unstick kube-prometheus-stack/);
    assert.equal(look("pending-upgrade", now - 60)?.state, "ok");
    assert.equal(look("failed", now - 60)?.state, "warn");
    assert.equal(look("deployed", now - 60)?.state, "ok");
  });
});
