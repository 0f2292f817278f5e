import { stringify } from "yaml";
import { images } from "../../catalogue/images";
import type { Route } from "../ingress/settings";
import type { ServiceSettings } from "../service/settings";
import { opsNamespace } from "./blackbox";
import type { Check, Endpoint } from "./endpoint";

const name = "status-page";
const port = 8080;

const headings: Readonly<Record<Endpoint["group"], string>> = {
  apps: "Apps",
  names: "Names",
  cluster: "Cluster",
  network: "Network",
};

/** An answer is good with one of these codes. */
function statusCondition(codes: readonly number[]): string {
  return codes.length === 1
    ? `[STATUS] == ${String(codes[0])}`
    : `[STATUS] == any(${codes.join(", ")})`;
}

function asked(check: Check) {
  switch (check.kind) {
    case "http":
      return {
        url: check.url,
        ...(check.hostName === undefined ? {} : { headers: { Host: check.hostName } }),
        conditions: [statusCondition(check.statusCodes)],
        client: {
          timeout: "8s",
          insecure: !check.publicCertificate,
          "ignore-redirect": check.statusCodes.includes(302),
        },
      };
    case "tcp":
      return {
        url: `tcp://${check.host}:${String(check.port)}`,
        conditions: ["[CONNECTED] == true"],
      };
    case "ping":
      return { url: `icmp://${check.address}`, conditions: ["[CONNECTED] == true"] };
    case "dns":
      return {
        url: check.server,
        dns: { "query-name": check.name, "query-type": "A" },
        conditions: ["[DNS_RCODE] == NOERROR"],
      };
  }
}

/**
 * Gatus' configuration. It keeps its history in memory: what was, in full, is in Prometheus.
 *
 * @see https://github.com/TwiN/gatus#configuration
 */
export function statusPageConfig(rows: readonly Endpoint[], title: string) {
  return {
    web: { port },
    storage: { type: "memory" },
    ui: { title: `Status of ${title}`, header: title },
    endpoints: rows.map((row) => ({
      name: row.name,
      group: headings[row.group],
      interval: "1m",
      ...asked(row.check),
      // Addresses are nobody's business who just wants to know whether Plex works.
      ui: { "hide-hostname": true, "hide-port": true, "hide-url": true, "hide-errors": true },
    })),
  };
}

/**
 * A page that shows people what works.
 *
 * @param address LoadBalancer address. Default: reached through the ingress only.
 */
export function statusPageService(
  rows: readonly Endpoint[],
  title: string,
  address: string | undefined,
): ServiceSettings {
  return {
    name,
    namespace: opsNamespace,
    component: "status-page",
    partOf: "ops",
    description: "Shows people which services answer",
    image: images.gatus,
    args: [],
    environment: {
      GATUS_CONFIG_PATH: "/config/config.yaml",
      GATUS_LOG_LEVEL: "WARN",
      GOMEMLIMIT: "72MiB",
    },
    userId: 65534,
    ports: [{ name: "http", number: port }],
    health: { path: "/health", port: "http" },
    files: { "config.yaml": stringify(statusPageConfig(rows, title)) },
    configPath: "/config",
    ...(address === undefined ? {} : { address }),
    requests: { cpu: "5m", memory: "32Mi" },
    memoryLimit: "96Mi",
  };
}

/** The page behind the ingress. Whoever may see the network may see it. */
export const statusPageRoute: Route = {
  host: "status",
  namespace: opsNamespace,
  backend: { service: name, port },
  pods: { labels: { "app.kubernetes.io/name": name }, port },
  authentication: "public",
  description: "What works and what does not",
  labels: {
    "app.kubernetes.io/name": name,
    "app.kubernetes.io/component": "route",
    "app.kubernetes.io/part-of": "ops",
    "app.kubernetes.io/managed-by": "pulumi",
  },
  annotations: { description: "What works and what does not" },
};
