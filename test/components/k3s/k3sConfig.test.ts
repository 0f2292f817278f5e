import assert from "node:assert/strict";
import { parse } from "yaml";
import { type K3sNodeSettings, renderK3sConfig } from "../../../components/k3s/k3sConfig";
import { minorOf } from "../../../components/k3s/paths";
import { matchesGolden } from "../../support/golden";

const server: K3sNodeSettings = {
  role: "server",
  name: "pi-1",
  address: "10.69.1.11",
  version: "v1.36.4+k3s1",
  labels: {},
  taints: [],
  kubeletArgs: [],
  protectKernelDefaults: true,
  embeddedRegistry: false,
  tlsSans: ["10.69.1.10"],
  clusterCidr: "10.42.0.0/16",
  serviceCidr: "10.43.0.0/16",
  snapshots: { schedule: "0 */6 * * *", retention: 12 },
  audit: { enabled: true, maxAgeDays: 30, maxBackups: 10, maxSizeMegabytes: 20 },
  podSecurity: {
    enforce: "baseline",
    audit: "restricted",
    warn: "restricted",
    exemptNamespaces: [],
  },
};

const everything: K3sNodeSettings = {
  ...server,
  labels: { disk: "ssd", "example.org/rack": "a" },
  taints: [{ key: "dedicated", value: "etcd", effect: "NoSchedule" }],
  kubeletArgs: ["max-pods=150", "fail-cgroupv1=false"],
  protectKernelDefaults: false,
  embeddedRegistry: true,
  tlsSans: ["10.69.1.10", "k3s.example.org"],
};

describe("renderK3sConfig", () => {
  for (const version of ["v1.21.14+k3s1", "v1.28.15+k3s1", "v1.36.4+k3s1"]) {
    for (const role of ["server", "agent"] as const) {
      it(`writes the reviewed file of a ${role} of ${version}`, () => {
        const minor = `1.${minorOf(version)}`;
        matchesGolden(`k3s/${minor}-${role}.yaml`, renderK3sConfig({ ...server, role, version }));
        matchesGolden(
          `k3s/${minor}-${role}-everything.yaml`,
          renderK3sConfig({ ...everything, role, version }),
        );
      });
    }
  }

  it("gives servers alike what has to be equal on all of them", () => {
    const read = (settings: K3sNodeSettings) =>
      parse(renderK3sConfig(settings)) as Record<string, unknown>;
    const own = ["node-name", "node-ip"];
    const rest = (settings: K3sNodeSettings) =>
      Object.entries(read(settings)).filter(([key]) => !own.includes(key));
    const second = { ...server, name: "pi-2", address: "10.69.1.12" };
    assert.deepEqual(rest(second), rest(server));
  });

  it("holds no token: a preview may show all of it", () => {
    for (const role of ["server", "agent"] as const) {
      const keys = Object.keys(parse(renderK3sConfig({ ...everything, role })) as object);
      assert.ok(keys.includes("token-file"));
      assert.ok(!keys.includes("token") && !keys.includes("agent-token"));
    }
  });

  it("holds no label and no taint: a change of one restarts no k3s", () => {
    assert.equal(
      renderK3sConfig({ ...everything, labels: {}, taints: [] }),
      renderK3sConfig(everything),
    );
  });

  it("neither begins nor joins a cluster: that is decided on the host, once", () => {
    const keys = Object.keys(parse(renderK3sConfig(everything)) as object);
    assert.ok(!keys.includes("cluster-init") && !keys.includes("server"));
  });
});
