import { strict as assert } from "node:assert";
import type { ClusterObservation } from "../../../components/k3s/observation";
import { isMet, losses, targetsTable } from "../../../operations/drill/compare";
import { parseLeftovers } from "../../../operations/drill/destroy";
import { failoverRefusal } from "../../../operations/drill/failover";
import { type ClusterLook, parseLook } from "../../../operations/drill/look";

const names = ["pi-1", "pi-2", "pi-3"];

interface State {
  readonly members?: readonly string[];
  readonly ill?: readonly string[];
  readonly identity?: string;
  readonly ready?: number;
}

/** A cluster of servers that is well but for what the state says. */
function cluster({
  members = names,
  ill = [],
  identity = "a",
  ready = 2,
}: State = {}): ClusterLook {
  const observation: ClusterObservation = {
    hosts: [],
    members: members.map((name) => ({
      ...{ id: name, name, address: "", learner: false, healthy: !ill.includes(name) },
    })),
    nodes: members.map((name) => ({
      ...{ name, ready: !ill.includes(name), voter: true, schedulable: true },
      ...{ version: "", internalIp: "", roles: ["server"] },
    })),
  };
  const workloads = [{ name: "Deployment media/plex", ready }];
  return { observation, identity, leader: "", holder: "", workloads, apps: [] };
}

describe("operations/drill", () => {
  it("reads what a server says of the cluster", () => {
    const output = [
      "leader\tyes",
      "identity\t1-2-3",
      "holder\tpi-2",
      "workload\tDeployment\tmedia/plex\t1",
      "workload\tDaemonSet\tmetallb-system/speaker\t",
      "service\tmedia/plex\t10.69.1.154\t32400 32469",
      "service\tmedia/radarr\t\t7878",
      "ingress\tmedia/plex\t10.69.1.150\tplex.home.test",
      "end",
      "",
    ].join("\n");
    assert.deepEqual(parseLook(output), {
      ...{ leader: true, identity: "1-2-3", holder: "pi-2" },
      workloads: [
        { name: "Deployment media/plex", ready: 1 },
        { name: "DaemonSet metallb-system/speaker", ready: 0 },
      ],
      apps: [
        { name: "media/plex", address: "10.69.1.154", port: 32400 },
        { name: "media/plex", address: "10.69.1.150", host: "plex.home.test", port: 443 },
      ],
    });
    assert.equal(parseLook(output.replace("end\n", "")), undefined);
  });

  it("finds nothing lost where everything is as before", () => {
    assert.deepEqual(losses(cluster(), cluster()), []);
  });

  it("names every node, vote and pod that is lost, and a cluster that is another", () => {
    assert.deepEqual(losses(cluster(), cluster({ ill: ["pi-2"], ready: 1 })), [
      "node pi-2 is not Ready",
      "pi-2 does not vote in etcd",
      "Deployment media/plex: 1 of 2 pods are ready",
    ]);
    assert.deepEqual(losses(cluster(), cluster({ identity: "b" })), [
      "it is another cluster than before",
    ]);
    assert.deepEqual(losses(cluster(), cluster({ members: [...names, "pi-9"] })), [
      "etcd has a new member pi-9",
    ]);
  });

  it("cuts off only a server that the others can do without", () => {
    assert.equal(failoverRefusal("pi-1", cluster()), undefined);
    assert.match(failoverRefusal("pi-4", cluster()) ?? "", /no member of etcd/);
    assert.match(failoverRefusal("pi-1", cluster({ members: ["pi-1"] })) ?? "", /takes three/);
    assert.match(
      failoverRefusal("pi-1", cluster({ members: ["pi-1", "pi-2"] })) ?? "",
      /takes three/,
    );
    assert.match(failoverRefusal("pi-1", cluster({ ill: ["pi-3"] })) ?? "", /since pi-3 is away/);
  });

  it("judges a figure by its target", () => {
    const target = { name: "apiAwaySeconds", measured: 20, within: 20 };
    assert.equal(isMet(target), true);
    assert.equal(isMet({ ...target, measured: 20.1 }), false);
    assert.match(targetsTable([target]), /^apiAwaySeconds +20\.0 +20 +met$/m);
    assert.match(targetsTable([{ ...target, measured: 21 }]), /21\.0 +20 +MISSED$/m);
  });

  it("counts what is left on a host, and takes a look that ended early for none", () => {
    const left = parseLeftovers(
      "processes\t0\nmounts\t2\nlinks\t0\nchains\t11\nunits\t0\npaths\t1\nend\n",
    );
    assert.deepEqual(left, { processes: 0, mounts: 2, links: 0, chains: 11, units: 0, paths: 1 });
    assert.equal(parseLeftovers("processes\t0\n"), undefined);
  });
});
