import assert from "node:assert/strict";
import { mediaAppNames } from "../../catalogue/apps/names";
import { charts } from "../../catalogue/charts";
import { flows } from "../../catalogue/network/flows";
import { pods as table } from "../../catalogue/network/pods";
import type { FlowPort, Party, Pods } from "../../catalogue/network/types";
import type { Registration } from "../../operations/inprocess/run";
import { stackRegistrations } from "../../operations/plan/plan";
import { matchesGolden } from "../support/golden";
import { type Endpoint, isLetThrough, type NetworkPolicy } from "../support/networkPolicies";

type Protocol = "TCP" | "UDP";
type Labels = Readonly<Record<string, string>>;

interface Named extends Endpoint {
  readonly name: string;
}

function inputsOf<T>(registrations: readonly Registration[], kind: string): T[] {
  return registrations
    .filter(({ type }) => type.endsWith(`:${kind}`))
    .map(({ inputs }) => inputs as T);
}

interface Template {
  readonly metadata?: { readonly labels?: Labels };
}

interface Workload {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: {
    readonly template?: Template;
    readonly jobTemplate?: { readonly spec: { readonly template: Template } };
  };
}

/** The pods that the program itself asks for; charts bring the others. */
function ownPods(registrations: readonly Registration[]): Pods[] {
  return ["Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob"]
    .flatMap((kind) => inputsOf<Workload>(registrations, kind))
    .map(({ metadata: { name, namespace }, spec }) => {
      const template = spec.template ?? spec.jobTemplate?.spec.template;
      return { name, namespace, labels: template?.metadata?.labels ?? {} };
    });
}

/** Pods have addresses of the cluster, so that rules by address are tried on them as well. */
function podAt(index: number, name: string, namespace: string, labels: Labels): Named {
  return { name, address: `10.42.1.${String(index + 10)}`, pod: { namespace, labels } };
}

const lan: Named = { name: "LAN", address: "10.69.1.77" };
const internet: Named = { name: "internet", address: "93.184.216.34" };
const server: Named = { name: "server", address: "10.69.1.11" };
const agent: Named = { name: "agent", address: "10.69.1.14" };
const apiService: Named = { name: "API's Service", address: "10.43.0.1" };
const outsiders = [lan, internet, server, agent, apiService];

/** Ports that policies name. */
function portsIn(policies: readonly NetworkPolicy[]): number[] {
  return policies
    .flatMap(({ spec }) => [...(spec.ingress ?? []), ...(spec.egress ?? [])])
    .flatMap(({ ports = [] }) => ports.map(({ port }) => port))
    .filter((port) => typeof port === "number");
}

/** Ports that somebody listens on, the SSH port of hosts, and one that nobody has. */
const unused = 31337;
const extraPorts = [22, 53, 80, 443, 2049, unused];

function numberOf(port: FlowPort): number {
  return typeof port === "number" ? port : port.number;
}

describe("the traffic of the production stack", () => {
  let policies: NetworkPolicy[];
  let pods: Named[];
  let registrations: readonly Registration[];

  before(async () => {
    registrations = await stackRegistrations("production");
    policies = inputsOf<NetworkPolicy>(registrations, "NetworkPolicy");
    const namespaces = inputsOf<{ metadata: { name: string } }>(registrations, "Namespace").map(
      ({ metadata }) => metadata.name,
    );
    const platform = Object.values<Pods>(table).filter(
      ({ namespace }) => namespaces.includes(namespace) || namespace === "kube-system",
    );
    const media = ownPods(registrations).filter(({ namespace }) => namespace === "media");
    const all: readonly (readonly [string, string, Labels])[] = [
      ...platform.map(({ name, namespace, labels }) => [name, namespace, labels] as const),
      ...media.map(({ name, namespace, labels }) => [name, namespace, labels] as const),
      ...[...namespaces, "default"].map((namespace) => ["stranger", namespace, {}] as const),
    ];
    pods = all.map(([name, namespace, labels], index) =>
      podAt(index, `${namespace}/${name}`, namespace, labels),
    );
  });

  const named = (name: string): Named =>
    [...pods, ...outsiders].find((one) => one.name === name) ?? assert.fail(`no ${name}`);
  const passes = (
    from: Named,
    to: Named,
    port: number,
    protocol: Protocol = "TCP",
    given: readonly NetworkPolicy[] = policies,
  ) => isLetThrough(given, { from, to, port, protocol });

  /** Ports that one end may open at the other. */
  function opened(from: Named, to: Named): string[] {
    const given = near(from, to);
    const all = [...new Set([...extraPorts, ...portsIn(given)])].sort((a, b) => a - b);
    return (["TCP", "UDP"] as const).flatMap((protocol) => {
      const through = all.filter((port) => passes(from, to, port, protocol, given));
      if (through.length === 0) return [];
      return through.length === all.length
        ? [`any ${protocol}`]
        : [`${through.join(" ")} ${protocol}`];
    });
  }

  /** The policies that can be about two ends: those of their namespaces. */
  function near(...ends: readonly Named[]): NetworkPolicy[] {
    return policies.filter(({ metadata }) =>
      ends.some(({ pod }) => pod?.namespace === metadata.namespace),
    );
  }

  function whoMayTalk(): string[] {
    const ends = [...pods, ...outsiders];
    return ends.flatMap((from) =>
      ends
        .filter((to) => to !== from && (from.pod !== undefined || to.pod !== undefined))
        .flatMap((to) => {
          const ports = opened(from, to);
          return ports.length === 0 ? [] : [`${from.name} -> ${to.name}: ${ports.join(", ")}`];
        }),
    );
  }

  it("is exactly the reviewed one, and nothing else gets through", () => {
    matchesGolden("network/production.txt", `${whoMayTalk().join("\n")}\n`);
  });

  it("lets every flow of the table through", () => {
    const ends = (party: Party): Named[] => {
      if (typeof party !== "string") {
        return pods.filter(({ name }) => name === `${party.namespace}/${party.name}`);
      }
      switch (party) {
        case "anywhere":
          return [lan, server];
        case "outside":
          return [lan, internet];
        case "nodes":
          return [server, agent];
        case "apiServer":
          return [server];
        case "pods":
          return [named("default/stranger")];
      }
    };
    let tried = 0;
    for (const { from, to, ports, why } of flows) {
      const wanted = to === "apiServer" ? [6443] : ports.length === 0 ? [443, 31337] : ports;
      for (const source of ends(from)) {
        for (const target of ends(to)) {
          for (const port of wanted) {
            const protocol = typeof port === "number" ? "TCP" : port.protocol;
            tried += 1;
            assert.ok(
              passes(source, target, numberOf(port), protocol),
              `${source.name} -> ${target.name} ${String(numberOf(port))}: ${why}`,
            );
          }
        }
      }
    }
    assert.ok(tried > 80, String(tried));
  });

  it("refuses what nobody asked for", () => {
    const refused: readonly (readonly [string, string, number])[] = [
      ["media/radarr", "loki/loki", 3100],
      ["media/radarr", "LAN", 445],
      ["media/qbittorrent", "server", 22],
      ["media/qbittorrent", "server", 6443],
      ["media/plex", "monitoring/grafana", 3000],
      ["media/sabnzbd", "media/radarr", 7878],
      ["default/stranger", "monitoring/prometheus", 9090],
      ["default/stranger", "argocd/argocd-redis", 6379],
      ["argocd/argocd-server", "argocd/stranger", 80],
      ["LAN", "monitoring/prometheus", 9090],
      ["LAN", "monitoring/alertmanager", 9093],
      ["LAN", "traefik/traefik", 8080],
      ["LAN", "loki/loki", 3100],
      ["internet", "argocd/argocd-server", 8080],
      ["monitoring/grafana", "internet", 443],
      ["traefik/traefik", "internet", 443],
      ["traefik/traefik", "loki/loki", 3100],
      ["loki/loki", "server", 6443],
      ["alloy/alloy", "internet", 443],
      ["tracing/jaeger", "internet", 443],
    ];
    for (const [from, to, port] of refused) {
      assert.ok(!passes(named(from), named(to), port), `${from} -> ${to} ${String(port)}`);
    }
  });

  it("lets nobody at Prometheus but the ingress and Grafana", () => {
    const prometheus = named("monitoring/prometheus");
    const callers = [...pods, ...outsiders]
      .filter((from) => from !== prometheus && passes(from, prometheus, 9090))
      .map(({ name }) => name);
    assert.deepEqual(callers, ["traefik/traefik", "monitoring/grafana"]);
  });

  it("lets Prometheus read the metrics of every release that has some", () => {
    const prometheus = named("monitoring/prometheus");
    for (const { namespace } of Object.values(charts).filter((row) => "metricsPort" in row)) {
      const read = pods.filter(
        (to) =>
          to.pod?.namespace === namespace &&
          portsIn(near(to)).some((port) => passes(prometheus, to, port)),
      );
      assert.notEqual(read.length, 0, namespace);
    }
  });

  it("resolves names from every pod, and from nowhere but the cluster's own DNS", () => {
    const dns = named("kube-system/coredns");
    // In the media stack each app's own policy says so.
    for (const pod of pods.filter(({ name }) => name !== "media/stranger")) {
      if (pod === dns) continue;
      assert.ok(passes(pod, dns, 53, "UDP"), pod.name);
    }
    assert.ok(!passes(named("media/radarr"), lan, 53, "UDP"));
  });

  it("leaves no namespace of Bramble's without a default", () => {
    const names = inputsOf<{ metadata: { name: string } }>(registrations, "Namespace");
    for (const { metadata } of names) {
      const [from, to] = [named("default/stranger"), named(`${metadata.name}/stranger`)];
      assert.ok(!passes(from, to, 31337), metadata.name);
      assert.ok(!passes(to, lan, 31337), metadata.name);
    }
  });

  it("has no pod of its own that no policy names, or it could talk to nobody", () => {
    for (const { name, namespace, labels } of ownPods(registrations)) {
      const selecting = policies.filter(({ metadata, spec }) => {
        const wanted = Object.entries(spec.podSelector.matchLabels ?? {});
        return (
          metadata.namespace === namespace &&
          wanted.length > 0 &&
          wanted.every(([key, value]) => labels[key] === value)
        );
      });
      const mend = `${namespace}/${name}: add its row to catalogue/network`;
      assert.notEqual(selecting.length, 0, mend);
    }
  });

  it("needs each of its policies: without any of them something changes", () => {
    const ends = [...pods, ...outsiders];
    /** Whether some connection from or to a pod depends on a policy. */
    const matters = (policy: NetworkPolicy, pod: Named, other: Named): boolean => {
      const with_ = near(pod, other);
      const without = with_.filter((one) => one !== policy);
      return [unused, ...portsIn([policy])].some((port) =>
        (["TCP", "UDP"] as const).some(
          (protocol) =>
            passes(pod, other, port, protocol, with_) !==
              passes(pod, other, port, protocol, without) ||
            passes(other, pod, port, protocol, with_) !==
              passes(other, pod, port, protocol, without),
        ),
      );
    };
    for (const policy of policies) {
      const { name, namespace } = policy.metadata;
      const own = pods.filter(({ pod }) => pod?.namespace === namespace);
      assert.ok(
        own.some((pod) => ends.some((other) => other !== pod && matters(policy, pod, other))),
        `${namespace}/${name} changes nothing`,
      );
    }
  });

  it("covers the eight apps", () => {
    for (const name of mediaAppNames) assert.ok(named(`media/${name}`));
  });
});
