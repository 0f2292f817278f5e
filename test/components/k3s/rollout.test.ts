import assert from "node:assert/strict";
import { planRollout } from "../../../components/k3s/rollout";
import { compareVersions, minorsBetween } from "../../../components/k3s/versions";
import { type Fate, situation, type Story } from "../../support/clusters";

const version = "v1.35.2+k3s1";

function server(fate: Fate = "same", more: Partial<Story> = {}): Story {
  const well = { healthy: true, learner: false, runs: version, backupAge: 0, discards: false };
  return { role: "server", fate, ...well, ...more };
}

function agent(fate: Fate = "same", more: Partial<Story> = {}): Story {
  return { ...server(fate, more), role: "agent" };
}

const ill = { healthy: false };

function plan(stories: readonly Story[], target = version) {
  const { wanted, observed } = situation(stories, target);
  return planRollout(wanted, observed);
}

/** Each step as `node kind`. */
function steps(stories: readonly Story[], target = version): string[] {
  const rollout = plan(stories, target);
  assert.deepEqual(rollout.refusals, []);
  return rollout.steps.map(({ node, kind }) => `${node} ${kind}`);
}

function refusals(stories: readonly Story[], target = version): string[] {
  const rollout = plan(stories, target);
  assert.deepEqual(rollout.steps, []);
  return rollout.refusals.map(({ message }) => message);
}

describe("components/k3s/rollout", () => {
  it("does nothing where nothing differs", () => {
    assert.deepEqual(plan([server(), server(), server(), agent()]), { steps: [], refusals: [] });
  });

  it("upgrades servers one at a time in their order, then agents", () => {
    const cluster = [agent(), server(), server(), agent(), server()];
    assert.deepEqual(steps(cluster, "v1.36.3+k3s1"), [
      ...["pi-2 touch", "pi-3 touch", "pi-5 touch", "pi-1 touch", "pi-4 touch"],
    ]);
  });

  it("goes on where an upgrade has stopped: with the node that failed", () => {
    const done = { runs: "v1.36.3+k3s1" };
    const cluster = [server("same", done), server("same", ill), server(), agent()];
    assert.deepEqual(steps(cluster, "v1.36.3+k3s1"), ["pi-2 touch", "pi-3 touch", "pi-4 touch"]);
  });

  it("gates, saves, drains, changes, awaits and uncordons a server by itself", () => {
    const [step] = plan([server("config"), server(), server()]).steps;
    assert.ok(step);
    assert.deepEqual(
      step.phases.map(({ name, on }) => `${name} ${on}`),
      [
        "gate",
        "snapshot",
        "cordon",
        "drain",
        "change",
        "await-ready",
        "await-voter",
        "uncordon",
      ].map((name) => `${name} pi-1`),
    );
    assert.deepEqual(step.warnings, []);
  });

  it("has a server move an agent's pods, and leaves pods alone where nothing is to be drained", () => {
    const { wanted, observed } = situation([server(), agent("config")], version, false);
    const phases = (drain: boolean) =>
      planRollout({ ...wanted, drain }, observed).steps[0]?.phases.map(
        ({ name, on }) => `${name} ${on}`,
      );
    assert.deepEqual(phases(true), [
      ...["cordon pi-1", "drain pi-1", "change pi-2", "await-ready pi-1", "uncordon pi-1"],
    ]);
    assert.deepEqual(phases(false), ["change pi-2", "await-ready pi-1"]);
  });

  it("forgets the dead first, joins servers before agents, and lets nodes go last, in reverse", () => {
    const cluster = [
      ...[server(), server(), server(), server("remove"), agent("remove"), agent("remove")],
      ...[agent("forget"), agent("join"), server("join")],
    ];
    assert.deepEqual(steps(cluster), [
      ...["pi-7 forget", "pi-9 join", "pi-8 join", "pi-6 remove", "pi-5 remove", "pi-4 remove"],
    ]);
  });

  it("begins a cluster on blank hosts, servers first", () => {
    const cluster = [agent("join"), server("join"), server("join"), server("join")];
    assert.deepEqual(steps(cluster), ["pi-2 join", "pi-3 join", "pi-4 join", "pi-1 join"]);
  });

  it("replaces servers one at a time: three to two to three", () => {
    assert.deepEqual(steps([server(), server(), server("remove")]), ["pi-3 remove"]);
    assert.deepEqual(steps([server(), server(), server("join")]), ["pi-3 join"]);
  });

  it("rebuilds the first server through another", () => {
    const [step] = plan([server("rebuild"), server(), server()]).steps;
    assert.deepEqual(
      step?.phases.map(({ name, on }) => `${name} ${on}`),
      ["gate pi-2", "forget pi-2", "change pi-1", "await-ready pi-1", "await-voter pi-1"],
    );
  });

  for (const cluster of [[server("config")], [server("config"), server()]]) {
    it(`says that the API goes away while one of ${cluster.length} restarts`, () => {
      const [step] = plan(cluster).steps;
      assert.match(String(step?.warnings), /^API away for about a minute/);
    });
  }

  it("brings an only server back that does not answer, without asking it", () => {
    const [step] = plan([server("stopped")]).steps;
    assert.deepEqual(
      step?.phases.map(({ name }) => name),
      ["change", "await-ready", "await-voter"],
    );
  });

  it("mends the one that is ill where the others have the majority", () => {
    assert.deepEqual(steps([server(), server("config", ill), server()]), ["pi-2 touch"]);
  });

  const refused: readonly (readonly [what: string, stories: Story[], RegExp, target?: string])[] = [
    [
      "stopping a server below quorum",
      [server("config"), server(), server("same", ill)],
      /^stopping pi-1 would leave 1 healthy of 3 servers, .*: mend pi-3 first/,
    ],
    [
      "letting a server go below quorum",
      [server("remove"), server(), server("same", ill)],
      /^without pi-1 the majority of servers would be lost .*: mend pi-3 first/,
    ],
    [
      "anything when two of three servers are lost",
      [server(), server("same", ill), server("rebuild"), agent("config")],
      /^etcd has lost its majority: 1 of 3 servers answer, not pi-2, pi-3; .*docs\/runbooks\/restore\.md/,
    ],
    ["removing the last server", [server("remove"), agent()], /^pi-1 is the last server/],
    [
      "rebuilding the only server",
      [server("rebuild"), agent()],
      /^pi-1 is the only server and its disk is fresh: .*docs\/runbooks\/restore\.md/,
    ],
    [
      "an upgrade that skips a minor release, naming the next",
      [server(), server(), server(), agent()],
      /^k3s\.version v1\.37\.1\+k3s1 skips a minor release after v1\.35\.2\+k3s1 on pi-1, pi-2, pi-3, pi-4: upgrade to the newest v1\.36 first$/,
      "v1.37.1+k3s1",
    ],
    [
      "a downgrade",
      [server()],
      /^k3s\.version v1\.34\.6\+k3s1 is older than v1\.35\.2\+k3s1 on pi-1: .*docs\/runbooks\/restore\.md/,
      "v1.34.6+k3s1",
    ],
    [
      "an upgrade while a node is not healthy",
      [server(), server(), server(), agent("same", { ...ill, runs: "v1.35.4+k3s1" })],
      /^pi-1 is not upgraded while pi-4 is not healthy: mend it first/,
      "v1.35.4+k3s1",
    ],
    [
      "a member that is no host of ours",
      [server(), server(), server("stranger")],
      /^etcd has a member that is no host of this configuration: pi-3 \(10\.0\.0\.3, id 2\); add its row, or /,
    ],
    [
      "a host of another cluster",
      [server(), agent("foreign")],
      /^pi-2 carries k3s of another cluster: give this row another host, or wipe it with /,
    ],
    [
      "a host that cannot be reached",
      [server(), agent("unreachable")],
      /^pi-2: does not answer SSH$/,
    ],
    [
      "a second server joining beside a learner",
      [server(), server("same", { learner: true }), server("join")],
      /^pi-3 cannot join while pi-2 has no vote yet: etcd takes one new member at a time/,
    ],
    [
      "losing a volume without a backup",
      [server(), agent("rebuild", { backupAge: -1 })],
      /^media\/config on pi-2 has no verified backup: .* discardVolumes: \[media\/config\] in the row of pi-2$/,
    ],
    [
      "losing a volume with an old backup",
      [server(), agent("rebuild", { backupAge: 25 })],
      /^media\/config on pi-2 has no verified backup since 2026-02-28T11:00:00\.000Z: /,
    ],
  ];
  for (const [what, stories, line, target] of refused) {
    it(`refuses ${what}`, () => {
      const lines = refusals(stories, target);
      assert.ok(
        lines.some((text) => line.test(text)),
        lines.join("\n"),
      );
    });
  }

  it("lets a volume go that has a fresh backup, or that is named", () => {
    assert.deepEqual(steps([server(), agent("rebuild", { backupAge: 23 })]), ["pi-2 rebuild"]);
    const discards = { backupAge: -1, discards: true };
    assert.deepEqual(steps([server(), agent("rebuild", discards)]), ["pi-2 rebuild"]);
  });

  it("refuses an agent newer than a server", () => {
    const { wanted, observed } = situation([server(), agent("join")], version);
    const nodes = wanted.nodes.map((node) =>
      node.role === "agent" ? { ...node, version: "v1.36.3+k3s1" } : node,
    );
    const [refusal] = planRollout({ ...wanted, nodes }, observed).refusals;
    assert.match(
      refusal?.message ?? "",
      /^agent pi-2 would run v1\.36\.3\+k3s1, newer than server pi-1: upgrade the servers first$/,
    );
  });

  it("refuses a node whose role or, on a server, address has changed", () => {
    const { wanted, observed } = situation([server(), server(), server(), agent()], version);
    const nodes = wanted.nodes.map((node, index) => {
      if (index === 1) return { ...node, address: "10.0.0.99" };
      return index === 3 ? { ...node, role: "server" as const } : node;
    });
    const messages = planRollout({ ...wanted, nodes }, observed).refusals.map((row) => row.message);
    assert.deepEqual(
      messages.map((line) => line.split(":")[0]),
      [
        "pi-4 is agent in the cluster and server in the configuration",
        "pi-2 has moved from 10.0.0.2 to 10.0.0.99, and a member of etcd keeps its address",
      ],
    );
  });

  it("refuses to call a living node dead", () => {
    const { wanted, observed } = situation([server(), agent("forget")], version);
    const nodes = observed.nodes.map((node) => ({ ...node, ready: true }));
    const [refusal] = planRollout(wanted, { ...observed, nodes }).refusals;
    assert.match(refusal?.message ?? "", /^pi-2 is Ready, and its row says gone: /);
  });

  it("names the way to start a cluster that is off, and the restore path where etcd is silent", () => {
    const { wanted, observed } = situation([server("stopped"), server("stopped")], version);
    const blind = { ...observed, members: [], nodes: [] };
    assert.match(
      planRollout(wanted, blind).refusals[0]?.message ?? "",
      /^the cluster is off: k3s runs on none of pi-1, pi-2; start it with npm run power -- <stack> on$/,
    );
    const [ended, gone] = blind.hosts;
    assert.ok(ended && gone);
    const parted = [ended, { ...gone, etcd: { hasData: false, members: [] }, unreachable: "away" }];
    const many = [...parted, { ...ended, etcd: { hasData: false, members: [] } }];
    assert.match(
      planRollout(wanted, { ...blind, hosts: many }).refusals[0]?.message ?? "",
      /runs on none of pi-1, and pi-2 do not answer; switch them on, .*docs\/runbooks\/restore\.md/,
    );
    const running = situation([server(), server()], version);
    assert.match(
      planRollout(running.wanted, { ...running.observed, members: [], nodes: [] }).refusals[0]
        ?.message ?? "",
      /^no server tells the members of etcd \(asked: pi-1, pi-2\): .*docs\/runbooks\/restore\.md/,
    );
  });

  it("counts who runs where the majority is lost and no member calls itself healthy", () => {
    const { wanted, observed } = situation(
      [server("same", ill), server("unreachable", ill), server("stopped")],
      version,
    );
    const [first] = planRollout(wanted, observed).refusals;
    assert.match(first?.message ?? "", /majority: 1 of 3 servers answer, not pi-2, pi-3; /);
    const parted = situation([server("same", ill), server("same", ill)], version);
    const [refusal] = planRollout(parted.wanted, parted.observed).refusals;
    assert.match(refusal?.message ?? "", /2 of 2 servers answer, yet not to each other; /);
  });

  it("takes an interrupted join up again", () => {
    assert.deepEqual(steps([server(), server(), server("unstarted")]), ["pi-3 join"]);
  });
});

describe("components/k3s/versions", () => {
  it("orders releases of k3s, candidates before their release", () => {
    const ordered = [
      ...["v1.21.2+k3s1", "v1.35.2-rc1+k3s1", "v1.35.2+k3s1", "v1.35.2+k3s2", "v1.35.10+k3s1"],
      "v1.36.0+k3s1",
    ];
    const shuffled = [...ordered].reverse();
    assert.deepEqual(shuffled.sort(compareVersions), ordered);
    assert.equal(minorsBetween("v1.35.2+k3s1", "v1.37.0+k3s1"), 2);
    assert.equal(minorsBetween("v1.35.2+k3s1", "v1.34.0+k3s1"), -1);
  });
});
