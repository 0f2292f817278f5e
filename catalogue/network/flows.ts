import { pods } from "./pods";
import type { Flow, FlowPort, Party } from "./types";

function flow(from: Party, to: Party, ports: readonly FlowPort[], why: string): Flow {
  return { from, to, ports, why };
}

/** What its metrics are read from, each on the port of its pods. */
const scraped: readonly (readonly [Party, readonly FlowPort[]])[] = [
  [pods.traefik, [9100]],
  [pods.metallbController, [9120]],
  [pods.certManager, [9402]],
  [pods.certManagerWebhook, [9402]],
  [pods.certManagerInjector, [9402]],
  [pods.alertmanager, [9093, 8080]],
  [pods.prometheus, [9090, 8080]],
  [pods.grafana, [3000]],
  [pods.kubeStateMetrics, [8080]],
  [pods.operator, [10250]],
  [pods.loki, [3100]],
  [pods.alloy, [12345]],
  [pods.argoController, [8082]],
  [pods.argoServer, [8083]],
  [pods.argoRepository, [8084]],
  [pods.argoApplicationSets, [8080]],
  [pods.argoNotifications, [9001]],
  [pods.jaeger, [8888]],
  [pods.blackbox, [9115]],
  [pods.statusPage, [8080]],
  [pods.coreDns, [9153]],
];

/** What watches or changes objects of the cluster. */
const clients: readonly Party[] = [
  pods.traefik,
  pods.traefikDefinitions,
  pods.metallbController,
  pods.certManager,
  pods.certManagerWebhook,
  pods.certManagerInjector,
  pods.certManagerCheck,
  pods.prometheus,
  pods.grafana,
  pods.kubeStateMetrics,
  pods.operator,
  pods.operatorCertificates,
  pods.operatorDefinitions,
  pods.alloy,
  pods.argoController,
  pods.argoServer,
  pods.argoRepository,
  pods.argoApplicationSets,
  pods.argoNotifications,
  pods.argoRedisSecret,
];

/** Parts of Argo CD that keep data in its Redis. */
const redisClients: readonly Party[] = [pods.argoController, pods.argoServer, pods.argoRepository];

/** Parts of Argo CD that have manifests rendered. */
const repositoryClients: readonly Party[] = [
  pods.argoController,
  pods.argoServer,
  pods.argoApplicationSets,
  pods.argoNotifications,
];

/**
 * Every flow that the platform needs, beside name resolution, which all pods have, and what the
 * routes of the ingress say. Probes of the kubelet come from the pod's own host and need none.
 */
export const flows: readonly Flow[] = [
  ...clients.map((party) => flow(party, "apiServer", [], "objects of the cluster")),
  ...scraped.map(([party, ports]) => flow(pods.prometheus, party, ports, "metrics")),
  // kubelet, node-exporter, etcd, MetalLB's speaker.
  flow(pods.prometheus, "nodes", [10250, 9100, 2381, 9120], "metrics of the hosts"),

  flow("anywhere", pods.traefik, [8000, 8443], "people and tools on the LAN"),
  flow(pods.traefikDefinitions, "outside", [], "the chart's repository, on whatever port"),

  flow("anywhere", pods.metallbController, [9443], "the API server's webhook calls"),
  flow("anywhere", pods.certManagerWebhook, [10250], "the API server's webhook calls"),
  flow("anywhere", pods.operator, [10250], "the API server's webhook calls"),

  flow(pods.certManager, "outside", [443], "Let's Encrypt, and the DNS provider's API"),
  flow(pods.certManager, "outside", [53, { number: 53, protocol: "UDP" }], "public DNS records"),
  flow(pods.certManager, "outside", [80], "its own look at the answer that proves a name"),
  flow(pods.certManager, pods.traefik, [8000, 8443], "the same where the name leads back here"),

  flow(pods.prometheus, pods.alertmanager, [9093], "firing alerts"),
  flow(pods.alertmanager, "outside", [], "receivers, wherever they are"),
  flow(pods.grafana, pods.prometheus, [9090], "dashboards"),
  flow(pods.grafana, pods.alertmanager, [9093], "alerts and silences"),
  flow(pods.grafana, pods.loki, [3100], "logs"),
  flow(pods.grafana, pods.jaeger, [16686], "traces"),
  flow(pods.alloy, pods.loki, [3100], "logs"),
  flow(pods.alloy, pods.alloy, [12345], "who of them reads the cluster's events"),
  flow("pods", pods.jaeger, [4317, 4318], "spans of whoever sends some"),

  ...redisClients.map((party) => flow(party, pods.argoRedis, [6379], "cached state")),
  ...repositoryClients.map((party) => flow(party, pods.argoRepository, [8081], "manifests")),
  flow(pods.argoRepository, "outside", [22, 80, 443], "Git and chart repositories"),
  flow(pods.argoApplicationSets, "outside", [443], "Git hosts' APIs"),
  flow(pods.argoNotifications, "outside", [], "receivers, wherever they are"),

  // Looking at everything from where people stand is what they are for.
  flow(pods.blackbox, "anywhere", [], "probes"),
  flow(pods.statusPage, "anywhere", [], "probes"),
];
