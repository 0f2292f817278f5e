import { type ChartRow, charts, releaseName } from "../../catalogue/charts";

/** Pods of a namespace that serve metrics on a port of that name. */
export interface ScrapedService {
  readonly name: string;
  readonly namespace: string;
  readonly port: string;
}

interface Relabeling {
  readonly action: string;
  readonly sourceLabels?: readonly string[];
  readonly regex?: string;
  readonly targetLabel?: string;
}

/** What the chart would do with the metrics of a target; a list of ours replaces it. */
const chartOwn = {
  kubelet: {
    action: "drop",
    sourceLabels: ["__name__", "le"],
    regex:
      "(csi_operations|storage_operation_duration)_seconds_bucket;(0.25|2.5|15|25|120|600)(\\.0)?",
  },
  apiServer: {
    action: "drop",
    sourceLabels: ["__name__", "le"],
    regex:
      "(etcd_request|apiserver_request_slo|apiserver_request_sli|apiserver_request)_duration_seconds_bucket;(0\\.15|0\\.2|0\\.3|0\\.35|0\\.4|0\\.45|0\\.6|0\\.7|0\\.8|0\\.9|1\\.25|1\\.5|1\\.75|2|3|3\\.5|4|4\\.5|6|7|8|9|15|20|40|45|50)(\\.0)?",
  },
} as const satisfies Record<string, Relabeling>;

function drop(regex: string): Relabeling {
  return { action: "drop", sourceLabels: ["__name__"], regex };
}

/**
 * A k3s server is one process: whatever of it is asked tells the metrics of all its parts. Without
 * these lines every series of the API server, of etcd and of the schedulers would be kept twice,
 * tens of thousands of them per server.
 *
 * @see https://github.com/k3s-io/k3s/issues/12917
 */
const partsOfOthers = {
  kubelet: drop(
    "(aggregator|apiextensions|apiserver|attachdetach|authentication|authorization|cronjob|endpoint_slice|etcd|job_controller|k3s|kubernetes_feature|loadbalancer|node_authorizer|node_collector|node_ipam|pod_gc|pod_scheduling|pv_collector|replicaset|root_ca|scheduler|service_controller|taint_eviction|ttl_after|watch_cache|workqueue)_.+",
  ),
  apiServer: drop(
    "(attachdetach|container|cronjob|csi|endpoint_slice|job_controller|k3s|kubelet|kubeproxy|loadbalancer|node_collector|node_ipam|pod_gc|prober|pv_collector|replicaset|root_ca|scheduler|service_controller|storage_operation|taint_eviction|ttl_after|volume_manager)_.+|etcd_(debugging|disk|mvcc|network|server|snap|grpc)_.+",
  ),
} as const;

/** What no rule and no dashboard of the chart reads of the API server, its largest histograms first. */
const unread = drop(
  "apiserver_(request_duration_seconds|request_body_size_bytes|response_sizes|watch_events_sizes|watch_list_duration_seconds|watch_cache_.+|storage_list_duration_seconds|admission_.+|flowcontrol_.+|cel_.+)_bucket|etcd_request_duration_seconds_bucket|workqueue_work_duration_seconds_bucket|kubernetes_feature_enabled",
);

/** How the kubelet, with the pods' figures, and the API server are asked. */
export const controlPlaneTargets = {
  kubelet: {
    serviceMonitor: {
      interval: "60s",
      // Every ten seconds unless told: pods' figures are the most there is.
      cAdvisorInterval: "60s",
      metricRelabelings: [chartOwn.kubelet, partsOfOthers.kubelet],
    },
  },
  kubeApiServer: {
    serviceMonitor: {
      metricRelabelings: [chartOwn.apiServer, partsOfOthers.apiServer, unread],
    },
  },
} as const;

/**
 * Scrapes every pod of a release that has its metrics port. The monitors are part of the release
 * that brings their definitions, so that no other release has to wait for it.
 */
export function podMonitors(rows: readonly ChartRow[], services: readonly ScrapedService[]) {
  const releases = rows.flatMap((row) =>
    row.metricsPort === undefined
      ? []
      : [{ name: releaseName(row), namespace: row.namespace, port: row.metricsPort }],
  );
  return [...releases, ...services].map(({ name, namespace, port }) => ({
    name,
    namespaceSelector: { matchNames: [namespace] },
    selector: {},
    // Argo CD and cert-manager say of which namespace they speak; that counts, not where they run.
    podMetricsEndpoints: [{ port, honorLabels: true }],
  }));
}

/**
 * MetalLB's metrics, which want a token that only a scrape configuration can give: its certificate
 * is its own.
 *
 * @see https://metallb.io/prometheus-metrics/
 */
function metallbScrape() {
  const kept = (sourceLabels: readonly string[], regex: string) => ({
    ...{ action: "keep", source_labels: sourceLabels, regex },
  });
  const copied = (from: string, to: string) => ({
    ...{ action: "replace", source_labels: [from], target_label: to },
  });
  return {
    job_name: "metallb",
    scheme: "https",
    authorization: { credentials_file: "/var/run/secrets/kubernetes.io/serviceaccount/token" },
    tls_config: { insecure_skip_verify: true },
    kubernetes_sd_configs: [{ role: "pod", namespaces: { names: [charts.metallb.namespace] } }],
    relabel_configs: [
      kept(["__meta_kubernetes_pod_container_port_name"], "metricshttps"),
      copied("__meta_kubernetes_namespace", "namespace"),
      copied("__meta_kubernetes_pod_name", "pod"),
      copied("__meta_kubernetes_pod_node_name", "node"),
    ],
  };
}

/** Scrape configurations for what the operator's objects cannot say. */
export function extraScrapes(rows: readonly ChartRow[]) {
  return rows.some(({ chart }) => chart === charts.metallb.chart) ? [metallbScrape()] : [];
}
