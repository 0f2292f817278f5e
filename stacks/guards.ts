import { flows } from "../catalogue/network/flows";
import { pods } from "../catalogue/network/pods";
import type { Flow, Party, Pods } from "../catalogue/network/types";
import { mediaQuota, type QuotaRow, quotas } from "../catalogue/quotas";
import type { GateSettings, IngressSettings, Route } from "../components/ingress/settings";
import { solverName } from "../components/namespace/renderPolicies";
import type { GuardSettings, NetworkSettings } from "../components/namespace/settings";
import { statusPageRoute } from "../components/ops/statusPage";
import { mediaStackSettings } from "../components/workload/mediaSettings";
import { selectorLabels } from "../components/workload/metadata";
import { enabledExporters } from "../components/workload/renderExporters";
import { exportersName } from "../components/workload/toolNames";
import { formatAddress, parseRange } from "../config/addresses";
import type { Config } from "../config/schema";

/** What the rules about traffic need to know beside the configuration. */
export interface Traffic {
  /** Namespaces of what is installed. */
  readonly namespaces: ReadonlySet<string>;
  readonly ingress: IngressSettings | undefined;
  /** Every web interface that is served by name. */
  readonly routes: readonly Route[];
  /** Addresses of the API servers; none on a cluster that Bramble did not make. */
  readonly apiServers: readonly string[];
}

/** Namespaces that are there without Bramble. */
const given = ["kube-system"];

/** From Prometheus to the exporters of the media stack. */
function exporterFlows({ media }: Config): Flow[] {
  if (!media.enabled || media.exporters.enabled === false) return [];
  const to = {
    name: exportersName,
    namespace: media.namespace,
    labels: selectorLabels(mediaStackSettings(media), exportersName),
  };
  const ports = enabledExporters(media).map(({ port }) => port);
  return ports.length === 0 ? [] : [{ from: pods.prometheus, to, ports, why: "metrics" }];
}

/** From the LAN to the status page, where it has an address of its own. */
function statusPageFlows({ ops: { statusPage } }: Config): Flow[] {
  if (!statusPage.enabled || statusPage.address === undefined) return [];
  const ports = [statusPageRoute.pods.port];
  return [{ from: "anywhere", to: pods.statusPage, ports, why: "people on the LAN" }];
}

/** Port of the pod that answers when a name is proved by HTTP. */
const solverPort = 8089;

/** From the ingress to what it serves. */
function routeFlows(routes: readonly Route[]): Flow[] {
  return routes
    .filter(({ backend }) => backend !== "dashboard")
    .map(({ host, namespace, pods: { labels, port } }) => ({
      from: pods.traefik,
      to: servedPods({ name: host, namespace, labels }),
      ports: [port],
      why: `https://${host}`,
    }));
}

/** The pods behind a route: those of the table where they are in it, so that they have one policy. */
function servedPods(served: Pods): Pods {
  const known: readonly Pods[] = Object.values(pods);
  const nameOf = ({ labels }: Pods): string | undefined => labels["app.kubernetes.io/name"];
  return (
    known.find((one) => one.namespace === served.namespace && nameOf(one) === nameOf(served)) ??
    served
  );
}

/** From the ingress to the pods that prove names by HTTP, beside each route. */
function solverFlows({ platform: { certManager } }: Config, routes: readonly Route[]): Flow[] {
  if (certManager.issuer === "bramble-ca" || certManager.dns01 !== undefined) return [];
  const labels = { "acme.cert-manager.io/http01-solver": "true" };
  return [...new Set(routes.map(({ namespace }) => namespace))].map((namespace) => ({
    from: pods.traefik,
    to: { name: solverName, namespace, labels },
    ports: [solverPort],
    why: "the answer that proves a name to Let's Encrypt",
  }));
}

/** From the ingress to the server that it asks about each request. */
function gateFlows(gate: GateSettings | undefined): Flow[] {
  if (gate?.type !== "forward") return [];
  const { hostname, port, protocol } = new URL(gate.url);
  const [, namespace, kind] = hostname.split(".");
  const to: Party =
    namespace !== undefined && kind === "svc"
      ? { name: hostname, namespace, labels: {} }
      : "outside";
  const number = port === "" ? (protocol === "https:" ? 443 : 80) : Number(port);
  // A Service's port says nothing of its pods'.
  const ports = to === "outside" ? [number] : [];
  return [{ from: pods.traefik, to, ports, why: "the server that checks requests" }];
}

function apiService(serviceCidr: string): string | undefined {
  const range = parseRange(serviceCidr);
  return range && formatAddress(range.first + 1);
}

function networkSettings(config: Config, traffic: Traffic): NetworkSettings {
  const { namespaces, ingress, routes, apiServers } = traffic;
  const own = config.cluster.source === "k3s";
  const installed = (party: Party): boolean =>
    typeof party === "string" || namespaces.has(party.namespace) || given.includes(party.namespace);
  return {
    flows: [
      ...flows.filter(({ from, to }) => installed(from) && installed(to)),
      ...routeFlows(routes),
      ...solverFlows(config, routes),
      ...(installed(pods.prometheus) ? exporterFlows(config) : []),
      ...statusPageFlows(config),
      ...gateFlows(ingress?.gate),
    ],
    apiServers,
    apiService: own ? apiService(config.k3s.serviceCidr) : undefined,
    nodes: own
      ? config.hosts.filter(({ state }) => state === "present").map(({ address }) => address)
      : [],
    clusterRanges: own ? [config.k3s.clusterCidr, config.k3s.serviceCidr] : [],
  };
}

function quotaSettings({ platform, media }: Config): GuardSettings["quotas"] {
  const { enforceQuotas, quotas: changes } = platform.namespaces;
  if (!enforceQuotas) return {};
  const usual: Readonly<Record<string, QuotaRow>> = { ...quotas, [media.namespace]: mediaQuota };
  return Object.fromEntries(
    Object.entries(usual).map(([namespace, row]) => {
      const { pods: most, cpu, memory, memoryLimit } = changes[namespace] ?? {};
      const changed: QuotaRow = {
        pods: most ?? row.pods,
        cpu: cpu ?? row.cpu,
        memory: memory ?? row.memory,
        memoryLimit: memoryLimit ?? row.memoryLimit,
      };
      return [namespace, changed] as const;
    }),
  );
}

/** What keeps each namespace's pods from others and in bounds. */
export function guardSettings(config: Config, traffic: Traffic): GuardSettings {
  return {
    network: config.platform.namespaces.networkPolicies
      ? networkSettings(config, traffic)
      : undefined,
    quotas: quotaSettings(config),
  };
}
