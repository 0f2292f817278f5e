import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import type { ClusterObservation, HostObservation } from "../../../components/k3s/observation";
import { planRollout } from "../../../components/k3s/rollout";
import { stackRegistrations } from "../../../operations/plan/plan";
import { renderRollout, rolloutJson } from "../../../operations/rollout/render";
import { digestOf, stagedFiles, wantedCluster } from "../../../operations/rollout/wanted";
import { readStackConfig, stackFilePath } from "../../../operations/stackFile";
import { withFolder } from "../../support/folders";

const version = "v1.36.3+k3s1";

const stackText = `config:
  bramble:k3s: { version: ${version} }
  bramble:platform: { metallb: { enabled: false }, traefik: { enabled: false } }
  bramble:media: { enabled: false }
  bramble:hosts:
    - { name: pi-1, address: 192.168.1.21, role: server, generation: 2 }
    - { name: pi-2, address: 192.168.1.22, role: agent }
    - { name: pi-3, address: 192.168.1.23, role: agent, state: gone }
`;

/** The stack's configuration and what its program would stage. */
async function stack(text = stackText) {
  return withFolder(async (folder) => {
    writeFileSync(stackFilePath("home", folder), text);
    const registrations = await stackRegistrations("home", folder);
    return { config: readStackConfig("home", folder), files: stagedFiles(registrations) };
  });
}

type Stack = Awaited<ReturnType<typeof stack>>;

/** A cluster of the two present hosts in which all is as wanted. */
function settled({ config, files }: Stack): ClusterObservation {
  const rows = config.hosts.filter(({ state }) => state === "present");
  const hosts = rows.map((host): HostObservation => {
    const server = host.role === "server";
    return {
      ...{ host, clusterId: "c1", generation: host.generation, api: server, nodes: [] },
      k3s: { version, unit: server ? "k3s" : "k3s-agent", active: true, applied: true },
      etcd: { hasData: server, members: [] },
      ...{ localVolumes: [], files: files.get(host.address) ?? {} },
    };
  });
  return {
    hosts,
    members: [{ id: "1", name: "pi-1", address: "192.168.1.21", learner: false, healthy: true }],
    nodes: rows.map(({ name, address, role }) => ({
      ...{ name, ready: true, voter: role === "server", schedulable: true, version },
      ...{ internalIp: address, roles: [role] },
    })),
  };
}

function changeHost(
  observed: ClusterObservation,
  name: string,
  change: Partial<HostObservation>,
): ClusterObservation {
  const hosts = observed.hosts.map((host) =>
    host.host.name === name ? { ...host, ...change } : host,
  );
  return { ...observed, hosts };
}

function differences({ config, files }: Stack, observed: ClusterObservation, name: string) {
  return wantedCluster(config, observed, files).nodes.find((node) => node.name === name)?.differs;
}

describe("operations/rollout", () => {
  let home: Stack;
  before(async () => {
    home = await stack();
  });

  it("knows every file that the program stages for k3s, and none of its secrets", () => {
    const server = home.files.get("192.168.1.21") ?? {};
    assert.ok("config.yaml" in server, Object.keys(server).join());
    assert.deepEqual(
      Object.keys(server).filter((path) => path.includes("token")),
      [],
    );
    for (const digest of Object.values(server)) assert.match(digest, /^[0-9a-f]{64}$/);
    assert.equal(digestOf("a\n").slice(0, 8), "87428fc5", "as sha256sum prints it");
  });

  it("finds nothing to do where everything is as the program would write it", () => {
    const observed = settled(home);
    const wanted = wantedCluster(home.config, observed, home.files);
    const rollout = planRollout(wanted, observed);
    assert.deepEqual(rollout, { steps: [], refusals: [] });
    const text = renderRollout(wanted, observed, rollout);
    assert.match(text, /^pi-1 +192\.168\.1\.21 +server +v1\.36\.3\+k3s1 +voter +Ready +nothing$/m);
    assert.match(text, /^Nothing to do: /m);
  });

  it("finds just the node whose configuration the stack's file has changed", async () => {
    const changed = await stack(
      stackText.replace(`${version} }`, `${version}, tlsSans: [api.lan] }`),
    );
    const observed = settled(home);
    const wanted = wantedCluster(changed.config, observed, changed.files);
    const { steps, refusals } = planRollout(wanted, observed);
    assert.deepEqual(refusals, []);
    assert.deepEqual(
      steps.map(({ node, reasons }) => [node, reasons]),
      [["pi-1", ["config"]]],
    );
  });

  const server = { unit: "k3s", active: true, applied: true } as const;
  const cases: readonly (readonly [string, Partial<HostObservation>, readonly string[]])[] = [
    ["another release", { k3s: { ...server, version: "v1.35.2+k3s1" } }, ["version"]],
    ["staged, not applied", { k3s: { ...server, version, applied: false } }, ["config"]],
    ["k3s off", { k3s: { ...server, version, active: false } }, ["stopped"]],
    ["a reboot due", { rebootReason: "kernel command line" }, ["reboot"]],
    ["a raised generation", { generation: 1 }, ["generation"]],
    [
      "a fresh disk",
      { k3s: { active: false }, etcd: { hasData: false, members: [] } },
      ["rebuild"],
    ],
    ["a server without its data", { etcd: { hasData: false, members: [] } }, ["rebuild"]],
    ["an unknown generation", { generation: undefined } as object, []],
    ["no answer", { unreachable: "pi-1: does not answer", k3s: { active: false } }, []],
  ];
  for (const [what, change, expected] of cases) {
    it(`tells what ${what} means`, () => {
      const observed = changeHost(settled(home), "pi-1", change);
      assert.deepEqual(differences(home, observed, "pi-1"), expected);
    });
  }

  it("joins a blank host that the cluster does not know", () => {
    const observed = changeHost(settled(home), "pi-2", { k3s: { active: false } });
    const nodes = observed.nodes.filter(({ name }) => name !== "pi-2");
    assert.deepEqual(differences(home, { ...observed, nodes }, "pi-2"), ["join"]);
  });

  it("forgets a dead host the cluster still knows, and removes a node without a row", () => {
    const observed = settled(home);
    const node = (name: string) => ({
      ...{ name, ready: false, voter: false, schedulable: true, version },
      ...{ internalIp: "192.168.1.29", roles: ["agent"] as const },
    });
    assert.deepEqual(differences(home, observed, "pi-3"), []);
    const more = { ...observed, nodes: [...observed.nodes, node("pi-3"), node("pi-9")] };
    assert.deepEqual(differences(home, more, "pi-3"), ["forget"]);
    assert.deepEqual(differences(home, more, "pi-9"), ["remove"]);
  });

  it("prints steps with their hosts and notes, and refusals, for people and for programs", () => {
    const observed = changeHost(settled(home), "pi-1", { rebootReason: "kernel" });
    const wanted = wantedCluster(home.config, observed, home.files);
    const planned = planRollout(wanted, observed);
    const text = renderRollout(wanted, observed, planned);
    assert.match(text, /^1\. pi-1: reboot\n {3}gate, snapshot, .*\n {3}note: API away for about/m);
    const json = JSON.parse(rolloutJson("home", wanted, planned)) as { steps: unknown[] };
    assert.equal(json.steps.length, 1);

    const lost = changeHost(observed, "pi-2", { unreachable: "pi-2: does not answer SSH" });
    const refused = planRollout(wanted, lost);
    assert.match(renderRollout(wanted, lost, refused), /^REFUSED: pi-2: does not answer SSH$/m);
    assert.deepEqual(
      (JSON.parse(rolloutJson("home", wanted, refused)) as { refusals: unknown }).refusals,
      [{ node: "pi-2", message: "pi-2: does not answer SSH" }],
    );
  });
});
