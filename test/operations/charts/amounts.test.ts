import assert from "node:assert/strict";
import { copiesOn, podAmounts, sum } from "../../../operations/charts/amounts";
import { budgetProblem, type Footprint } from "../../../operations/charts/footprint";
import { podsIn } from "../../../operations/charts/pods";
import { quantityOf, shownCpu, shownMemory } from "../../../operations/charts/quantities";
import { parseObjects } from "../../../operations/charts/render";

const resources = (cpu: string, memory: string) =>
  `resources: { requests: { cpu: ${cpu}, memory: ${memory} }, limits: { memory: 1Gi } }`;

const { objects } = parseObjects(`
apiVersion: apps/v1
kind: Deployment
metadata: { name: operator }
spec:
  replicas: 2
  template:
    metadata: { labels: { app: operator } }
    spec:
      initContainers:
        - { name: first, image: a, ${resources("400m", "10Mi")} }
        - { name: beside, image: b, restartPolicy: Always, ${resources("10m", "20Mi")} }
      containers:
        - name: main
          image: c
          args: ["--prometheus-config-reloader=d", "--config-reloader-cpu-request=5m", "--config-reloader-memory-request=16Mi", "--config-reloader-memory-limit=64Mi", "--config-reloader-cpu-limit=0"]
          ${resources("100m", "100Mi")}
---
apiVersion: apps/v1
kind: DaemonSet
metadata: { name: everywhere }
spec:
  template:
    spec:
      hostNetwork: true
      nodeSelector: { kubernetes.io/os: linux }
      tolerations: [{ key: dedicated, operator: Exists }]
      containers: [{ name: main, image: e, ports: [{ containerPort: 9100 }] }]
---
apiVersion: v1
kind: Pod
metadata: { name: asked-for, annotations: { helm.sh/hook: test } }
spec: { containers: [{ name: main, image: f }] }
---
apiVersion: batch/v1
kind: Job
metadata: { name: hook, annotations: { helm.sh/hook: pre-install } }
spec: { template: { spec: { containers: [{ name: main, image: g }] } } }
---
apiVersion: monitoring.coreos.com/v1
kind: Prometheus
metadata: { name: prometheus }
spec: { replicas: 1, image: h, ${resources("150m", "384Mi")} }
`);

const pods = podsIn(objects);
const named = (wanted: string) => {
  const found = pods.find(({ name }) => name === wanted);
  assert.ok(found, wanted);
  return found;
};

describe("what pods ask for", () => {
  it("is read in the units of Kubernetes", () => {
    assert.deepEqual(["150m", "2", 1].map(quantityOf), [0.15, 2, 1]);
    assert.deepEqual(["1Ki", "2Gi", "5M"].map(quantityOf), [1024, 2 ** 31, 5e6]);
    assert.throws(() => quantityOf("many"), /no quantity/);
    assert.deepEqual([shownCpu(0.15), shownMemory(2 ** 28)], ["150m", "256Mi"]);
  });

  it("is what runs together, or what runs before where that is more", () => {
    const { cpu, memory } = podAmounts(named("operator"));
    assert.deepEqual([shownCpu(cpu), shownMemory(memory)], ["400m", "120Mi"]);
  });

  it("counts what the Prometheus operator makes of its resources, its reloader included", () => {
    const { containers, copies } = named("prometheus");
    assert.equal(copies, 1);
    const images = containers.map(({ name, image }) => `${name} ${image}`);
    assert.deepEqual(images, ["init-config-reloader d", "prometheus h", "config-reloader d"]);
    assert.equal(shownMemory(sum([podAmounts(named("prometheus"))]).memory), "400Mi");
  });

  it("leaves out tests of a chart, and marks what ends", () => {
    assert.deepEqual(
      pods.map(({ name, passing }) => [name, passing]),
      [
        ["operator", false],
        ["everywhere", false],
        ["hook", true],
        ["prometheus", false],
      ],
    );
  });

  it("is there once for each node that the pods may run on", () => {
    const taint = (key: string, effect = "NoSchedule") => ({
      labels: {},
      taints: [{ key, value: "", effect }],
    });
    const nodes = [{ labels: {}, taints: [] }, taint("dedicated"), taint("other")];
    assert.equal(copiesOn(named("everywhere"), nodes), 2);
    assert.equal(copiesOn(named("everywhere"), [taint("other", "PreferNoSchedule")]), 1);
    assert.equal(copiesOn(named("operator"), nodes), 2);
    assert.deepEqual(named("everywhere").placement.hostPorts, [9100]);
  });

  it("must fit the platform's share of four nodes", () => {
    const footprint = (cpu: number, memory: number, nodes = 4): Footprint => ({
      ...{ stack: "home", nodes, skipped: [] },
      parts: [{ name: "all", share: "platform", ours: { cpu, memory, memoryLimit: 0 }, pods: [] }],
    });
    assert.equal(budgetProblem(footprint(1.5, 2.5e9)), undefined);
    assert.match(budgetProblem(footprint(1.6, 1)) ?? "", /1\.600 cores/);
    assert.match(budgetProblem(footprint(1, 2.6e9)) ?? "", /2\.60 GB/);
    assert.equal(budgetProblem(footprint(9, 9e9, 10)), undefined);
  });
});
