import assert from "node:assert/strict";
import type { ClusterObservation } from "../../../components/k3s/observation";
import { until } from "../../../operations/power/hosts";
import { shutdownOrder } from "../../../operations/power/off";
import { ailments } from "../../../operations/power/power";
import { hostRow, situation, type Story } from "../../support/clusters";

const well: Story = {
  ...{ role: "server" as const, fate: "same" as const, healthy: true, learner: false },
  ...{ runs: "v1.35.2+k3s1", backupAge: 0, discards: false },
};

function observed(...stories: Partial<Story>[]): ClusterObservation {
  const rows = stories.map((story): Story => ({ ...well, ...story }));
  return situation(rows, "v1.35.2+k3s1").observed;
}

describe("operations/power", () => {
  it("takes agents first, then servers, the first of the list last", () => {
    const roles = ["server", "agent", "server", "server", "agent"] as const;
    const hosts = roles.map((role, index) => hostRow(`pi-${index + 1}`, index, role));
    assert.deepEqual(
      shutdownOrder(hosts).map(({ name }) => name),
      ["pi-5", "pi-2", "pi-4", "pi-3", "pi-1"],
    );
  });

  it("finds nothing wrong with a cluster that is well", () => {
    assert.deepEqual(ailments(observed({}, {}, {}, { role: "agent" })), []);
  });

  it("names every host, member and node that might not come back", () => {
    const cluster = observed(
      ...[{}, { healthy: false }, { learner: true }],
      ...[{ role: "agent" as const, fate: "unreachable" as const }],
    );
    assert.deepEqual(ailments(cluster), [
      "pi-4: does not answer SSH",
      "pi-2 is not healthy in etcd",
      "pi-3 has no vote in etcd yet",
      "pi-2 is not Ready: see kubectl describe node pi-2",
    ]);
    const hosts = cluster.hosts.map((host) => ({ ...host, api: false }));
    assert.ok(ailments({ ...cluster, hosts }).some((line) => line.startsWith("no server's API")));
  });

  it("looks until something is there, at least once, and gives up when patience ends", async () => {
    let looks = 0;
    const third = () => Promise.resolve(++looks === 3 ? "there" : undefined);
    assert.equal(await until({ seconds: 60, everySeconds: 0 }, third), "there");
    assert.equal(looks, 3);
    const never = (): Promise<string | undefined> => Promise.resolve(undefined);
    assert.equal(await until({ seconds: 0, everySeconds: 0 }, never), undefined);
  });
});
