import assert from "node:assert/strict";
import type { HostCheck } from "../../../operations/drift/checks";
import { clusterFindings } from "../../../operations/drift/clusterFindings";
import { clusterIdFindings } from "../../../operations/drift/clusterId";
import { healTargets } from "../../../operations/drift/drift";
import { hostFindings, parseLook } from "../../../operations/drift/hostFindings";
import { nodeFindings } from "../../../operations/drift/nodeFindings";

const look = { kind: "scripts" } as const;

function check(name: string): HostCheck {
  return { address: "10.0.0.1", name, urn: `urn:${name}`, look };
}

const plain = (text: string): string => text;

describe("operations/drift/hostFindings", () => {
  it("names what differs, what was found and what is wanted", () => {
    const output = `@ 0 would change: write /etc/sysctl.d/90-bramble.conf (missing)
@ 0 would change: set kernel.panic = 10 (was 0)
@ 0 note: something else
= 0 10
@ 1 unchanged
= 1 0
% end 
`;
    const { results, data } = parseLook(output, plain);
    const { findings, failures } = hostFindings(
      "home",
      "pi-1",
      [check("pi-1-prepare"), check("pi-1-k3s")],
      results,
    );
    assert.deepEqual(
      findings.map(({ where, what, found, wanted, heal }) => [
        where,
        what,
        found,
        wanted,
        heal?.urn,
      ]),
      [
        [
          ...["pi-1", "/etc/sysctl.d/90-bramble.conf", "missing"],
          ...["the program's text, mode and owner", "urn:pi-1-prepare"],
        ],
        ["pi-1", "sysctl kernel.panic", "0", "10", "urn:pi-1-prepare"],
      ],
    );
    assert.deepEqual([failures, data.has("end")], [[], true]);
  });

  it("names a wrong file once, and not its copy that follows from it", () => {
    const lines = [
      "@ 0 would change: write /etc/bramble/k3s/config.yaml (other text)",
      "= 0 10",
      "@ 1 would change: write /etc/rancher/k3s/config.yaml (other text)",
      "@ 1 would change: bring k3s v1.36.4+k3s1 to its configuration",
      "@ 1 would change: enable k3s.service",
      "= 1 10",
    ];
    const { findings } = hostFindings(
      "home",
      "pi-1",
      [check("pi-1-config"), check("pi-1-k3s")],
      parseLook(lines.join("\n"), plain).results,
    );
    assert.deepEqual(
      findings.map(({ what }) => what),
      ["/etc/bramble/k3s/config.yaml", "k3s.service"],
    );
  });

  it("does not take a look that failed, or never ended, for all is well", () => {
    const lines = ["@ 0 bramble: pi-1: no disk left", "= 0 1"];
    const { results } = parseLook(lines.join("\n"), plain);
    const { findings, failures } = hostFindings("home", "pi-1", [check("a"), check("b")], results);
    assert.deepEqual(findings, []);
    assert.deepEqual(failures, [
      "pi-1: a could not be looked at: no disk left",
      "pi-1: b could not be looked at: no answer",
    ]);
  });
});

describe("operations/drift/clusterId", () => {
  it("names the host that says another id than the others", () => {
    const ids = new Map([
      ["pi-1", "one"],
      ["pi-2", "two"],
      ["pi-3", "one"],
      ["pi-4", ""],
    ]);
    assert.deepEqual(
      clusterIdFindings(ids).map(({ where, found, wanted }) => [where, found, wanted]),
      [
        ["pi-2", "two", "one"],
        ["pi-4", "missing", "one"],
      ],
    );
    assert.deepEqual(clusterIdFindings(new Map([["pi-1", ""]])), []);
  });
});

const row = (name: string, state: "present" | "gone" = "present") =>
  ({ name, state }) as Parameters<typeof nodeFindings>[1][number];

describe("operations/drift/nodeFindings", () => {
  it("names nodes without a row, rows without a node, and cordoned nodes", () => {
    const node = (name: string, unschedulable = false) => ({
      ...{ metadata: { name }, spec: { unschedulable } },
    });
    const text = JSON.stringify({ items: [node("pi-1", true), node("pi-3"), node("old")] });
    const { findings } = nodeFindings(text, [
      row("pi-1"),
      row("pi-2"),
      row("pi-3"),
      row("old", "gone"),
    ]);
    assert.deepEqual(
      findings.map(({ what, found }) => [what, found]),
      [
        ["node pi-1", "cordoned"],
        ["node pi-2", "not a node"],
        ["node old", "still a node"],
      ],
    );
    const stranger = nodeFindings(text, [row("pi-1"), row("pi-3")]).findings.at(-1);
    assert.deepEqual([stranger?.what, stranger?.found], ["node old", "a node"]);
    assert.equal(nodeFindings("", []).failures.length, 1);
  });
});

describe("operations/drift/clusterFindings", () => {
  const deployment = (replicas: number, more: object = {}) => ({
    ...{ apiVersion: "apps/v1", kind: "Deployment" },
    metadata: { name: "plex", namespace: "media", resourceVersion: String(replicas), ...more },
    spec: { replicas },
    status: { replicas },
  });
  const wish = {
    ...{ urn: "urn:plex", apiVersion: "apps/v1", kind: "Deployment", body: {} },
    metadata: { name: "plex", namespace: "media" },
  };
  const nothing = { objects: [], secrets: [], releases: [] };
  const list = (...items: object[]) => `${JSON.stringify({ kind: "List", items })}\x1e`;

  it("names the field that somebody changed, and not what the API server writes", () => {
    const data = new Map([
      ["objects/live", list(deployment(3))],
      ["objects/wanted", `${JSON.stringify(deployment(1, { generation: 4 }))}\x1e`],
    ]);
    const { findings, failures } = clusterFindings(
      "home",
      data,
      { ...nothing, objects: [wish] },
      [],
    );
    assert.deepEqual(
      findings.map(({ what, found, wanted, heal }) => [what, found, wanted, heal]),
      [["Deployment media/plex spec.replicas", "3", "1", { urn: "urn:plex", by: "refresh" }]],
    );
    assert.deepEqual(failures, []);
  });

  it("tells a missing object from one that could not be compared", () => {
    const objects = [wish];
    const gone = clusterFindings("home", new Map(), { ...nothing, objects }, []);
    assert.deepEqual(
      gone.findings.map(({ what, found }) => [what, found]),
      [["Deployment media/plex", "missing"]],
    );
    const refused = new Map([
      ["objects/live", list(deployment(1))],
      ["objects/errors", "0001.json Error from server (InternalError): webhook is away\n"],
    ]);
    const unseen = clusterFindings("home", refused, { ...nothing, objects }, []);
    assert.deepEqual(unseen.findings, []);
    assert.match(unseen.failures.join(), /media\/plex could not be compared: .*webhook is away/);
  });

  it("names the state of a release, its chart, and what was edited of its objects", () => {
    const release = { urn: "urn:r", name: "traefik", namespace: "traefik", version: "v41.3.0" };
    const at = (state: string, more: [string, string][] = []) =>
      clusterFindings(
        "home",
        new Map([["release/traefik/traefik/state", state], ...more]),
        { ...nothing, releases: [release] },
        [],
      );
    const told = ({ findings }: ReturnType<typeof at>) =>
      findings.map(({ what, found, heal }) => [what, found, heal?.by]);
    assert.deepEqual(told(at("missing\n")), [["release traefik/traefik", "missing", "refresh"]]);
    assert.deepEqual(told(at("pending-upgrade 3 41.3.0\n")), [
      ["release traefik/traefik", "pending-upgrade: cut off", undefined],
    ]);
    assert.deepEqual(told(at("deployed 3 41.2.0\n")), [
      ["release traefik/traefik chart version", "41.2.0", "refresh"],
    ]);
    const edited = at("deployed 3 41.3.0\n", [
      ["release/traefik/traefik/live", list(deployment(0))],
      ["release/traefik/traefik/wanted", list(deployment(2))],
    ]);
    assert.deepEqual(told(edited), [["Deployment media/plex spec.replicas", "0", undefined]]);
    assert.equal(edited.findings[0]?.mend, "helm rollback traefik 3 --namespace traefik");
    assert.equal(
      clusterFindings("home", new Map(), { ...nothing, releases: [release] }, []).failures.length,
      1,
    );
  });

  it("misses a key of a Secret without ever having seen a value", () => {
    const secrets = [{ urn: "urn:s", name: "s", namespace: "media", keys: ["a", "b"] }];
    const { findings } = clusterFindings(
      "home",
      new Map([["secrets", "media s a other\n"]]),
      { ...nothing, secrets },
      [],
    );
    assert.deepEqual(
      findings.map(({ what, found }) => [what, found]),
      [["Secret media/s b", "missing"]],
    );
  });
});

describe("operations/drift healTargets", () => {
  it("names each resource once, and nothing that the engine cannot mend", () => {
    const finding = { where: "pi-1", what: "x", found: "", wanted: "", mend: "" };
    const again = { urn: "urn:a", by: "again" } as const;
    const refresh = { urn: "urn:b", by: "refresh" } as const;
    assert.deepEqual(
      healTargets([
        { ...finding, heal: again },
        { ...finding, heal: again },
        { ...finding, heal: refresh },
        finding,
      ]),
      { again: ["urn:a"], refresh: ["urn:b"] },
    );
  });
});
