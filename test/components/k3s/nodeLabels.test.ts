import assert from "node:assert/strict";
import {
  type NodeMarks,
  renderNodeMarks,
  renderRegistration,
} from "../../../components/k3s/nodeLabels";
import { matchesGolden } from "../../support/golden";

const bare: NodeMarks = { name: "pi-2", labels: {}, taints: [] };

const marked: NodeMarks = {
  name: "pi-1",
  labels: {
    disk: "ssd",
    "example.org/rack": "a",
    "topology.kubernetes.io/zone": "attic",
    "node-role.kubernetes.io/worker": "",
  },
  taints: [
    { key: "dedicated", value: "etcd", effect: "NoSchedule" },
    { key: "slow", value: "", effect: "PreferNoSchedule" },
  ],
};

describe("a node's labels and taints", () => {
  it("hold from its registration on", () => {
    matchesGolden("k3s/registration.yaml", renderRegistration(marked));
    matchesGolden("k3s/registration-bare.yaml", renderRegistration(bare));
  });

  it("are none of those that kubelet refuses to give itself: k3s would not start", () => {
    const text = renderRegistration(marked);
    assert.ok(!text.includes("node-role.kubernetes.io"));
    assert.ok(text.includes("topology.kubernetes.io/zone=attic"));
  });

  it("are all told to the command that sets them, a node a line", () => {
    assert.equal(
      renderNodeMarks([marked, bare]),
      "pi-1|disk=ssd example.org/rack=a topology.kubernetes.io/zone=attic node-role.kubernetes.io/worker=" +
        "|dedicated=etcd:NoSchedule slow=:PreferNoSchedule\npi-2||",
    );
  });
});
