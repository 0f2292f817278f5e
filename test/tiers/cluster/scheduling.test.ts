import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Placement } from "../../../operations/charts/pods";
import { eventually, kubectl, list, type Stored } from "./server";
import { clusterUp } from "./stack";

/** The shapes of pods that `npm run charts -- production footprint --write` keeps. */
interface Shapes {
  readonly parts: readonly {
    readonly name: string;
    readonly pods: readonly {
      readonly kind: string;
      readonly name: string;
      readonly copies: number | "everywhere";
      readonly passing: boolean;
      readonly requests: { readonly cpu: string; readonly memory: string };
      readonly labels: Readonly<Record<string, string>>;
      readonly placement: Placement;
    }[];
  }[];
}

const file = join(__dirname, "..", "..", "..", "docs", "footprint.json");
const { parts } = JSON.parse(readFileSync(file, "utf8")) as Shapes;
const namespace = "scheduling";
const mark = "bramble.dev/scheduling";

/**
 * Four Pis of 8 GB, of which Linux shows 7.6 GiB. The scheduler of a k3s node reckons with all of
 * it; here it must do with less: by what Linux and k3s take for themselves (a server about 0.7 GB, an
 * agent 0.35 GB), and by CoreDNS, metrics-server and kube-vip, which k3s brings or which are none of
 * the platform's releases.
 */
const nodes = [
  ...["pi-1", "pi-2", "pi-3"].map((name) => ({
    name,
    server: true,
    cpu: "3300m",
    memory: "6300Mi",
  })),
  { name: "pi-4", server: false, cpu: "3700m", memory: "7000Mi" },
];

function nodeObject({ name, server, cpu, memory }: (typeof nodes)[number]) {
  const roles = server
    ? { "node-role.kubernetes.io/control-plane": "true", "node-role.kubernetes.io/etcd": "true" }
    : {};
  const labels = {
    ...{ "kubernetes.io/hostname": name, "kubernetes.io/os": "linux" },
    ...{ "kubernetes.io/arch": "arm64", [mark]: "true", ...roles },
  };
  const room = { cpu, memory, pods: "110" };
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name, labels },
    // Pods of the other tests stay away.
    spec: { taints: [{ key: mark, effect: "NoSchedule" }] },
    status: {
      capacity: { ...room, memory: "7782Mi", cpu: "4" },
      allocatable: room,
      conditions: [{ type: "Ready", status: "True", reason: "Test" }],
    },
  };
}

const shapes = parts.flatMap(({ name: part, pods }) =>
  pods.map((one, index) => ({ ...one, part, id: `${part}-${String(index)}` })),
);

const labelOf = (id: string) => id.replace(/[^a-zA-Z0-9]+/g, "-").toLowerCase();

function workload(shape: (typeof shapes)[number]) {
  const { id, copies, requests, labels, placement } = shape;
  const { hostPorts = [], nodeSelector, tolerations = [], ...rest } = placement;
  const name = labelOf(id);
  const own = { ...labels, "bramble.dev/shape": name };
  const spec = {
    ...rest,
    nodeSelector: { ...nodeSelector, [mark]: "true" },
    tolerations: [...tolerations, { key: mark, operator: "Exists", effect: "NoSchedule" }],
    containers: [
      {
        ...{ name: "shape", image: "example.com/none:1", resources: { requests } },
        ports: [...new Set(hostPorts)].map((port) => ({ containerPort: port, hostPort: port })),
      },
    ],
  };
  return {
    apiVersion: "apps/v1",
    kind: copies === "everywhere" ? "DaemonSet" : "Deployment",
    metadata: { name, namespace },
    spec: {
      selector: { matchLabels: { "bramble.dev/shape": name } },
      ...(copies !== "everywhere" && { replicas: copies }),
      template: { metadata: { labels: own }, spec },
    },
  };
}

const wantedPods = shapes.reduce(
  (count, { copies }) => count + (copies === "everywhere" ? nodes.length : copies),
  0,
);

const pods = (): Stored[] => list("pods", namespace);
const nodeOf = ({ spec }: Stored): string => (spec as { nodeName?: string }).nodeName ?? "";

describe("four Pis have room for everything", () => {
  before(async () => {
    await clusterUp();
    const privileged = { "pod-security.kubernetes.io/enforce": "privileged" };
    const metadata = { name: namespace, labels: privileged };
    kubectl("apply --filename -", { apiVersion: "v1", kind: "Namespace", metadata });
    for (const node of nodes.map(nodeObject)) {
      kubectl("apply --server-side --filename -", node);
      kubectl("apply --server-side --subresource status --filename -", node);
    }
    const items = shapes.map(workload);
    kubectl("apply --filename -", { apiVersion: "v1", kind: "List", items });
    await eventually(pods, (all) => all.filter((one) => nodeOf(one) !== "").length >= wantedPods);
  });

  after(() => {
    kubectl(`delete deployments,daemonsets --all --namespace ${namespace}`);
    kubectl(`delete pods --all --force --namespace ${namespace}`);
    kubectl(`delete namespace ${namespace} --wait=false`);
    for (const { name } of nodes) kubectl(`delete node ${name}`);
  });

  it("with every pod of the platform and of the media stack, Jobs at their worst moment too", () => {
    const all = pods();
    const waiting = all.filter((one) => nodeOf(one) === "").map(({ metadata }) => metadata.name);
    assert.deepEqual(waiting, []);
    assert.equal(all.length, wantedPods);
    assert.ok(wantedPods > 40, `only ${String(wantedPods)} pods were asked for`);
  });

  it("and keeps Plex off the servers, whose etcd its transcoding would hold up", () => {
    const plex = shapes.find(({ name }) => name === "plex");
    assert.ok(plex);
    const name = labelOf(plex.id);
    const found = pods().filter(({ metadata }) => metadata.labels?.["bramble.dev/shape"] === name);
    assert.deepEqual(found.map(nodeOf), ["pi-4"]);
  });
});
