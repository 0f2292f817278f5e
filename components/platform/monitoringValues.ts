import type { AlertRow } from "../../catalogue/alerts/types";
import { type ChartRow, releaseName } from "../../catalogue/charts";
import { dataSources, type SignalAddresses } from "./dataSources";
import { resources } from "./resources";

/** Name of the Secret with Grafana's admin. */
export const grafanaSecretName = "grafana-admin";

/** Pods of a namespace that serve metrics on a port of that name. */
export interface ScrapedService {
  readonly name: string;
  readonly namespace: string;
  readonly port: string;
}

/** What the values of kube-prometheus-stack depend on. */
export interface MonitoringSettings {
  /** How long metrics are kept, such as `10d`. */
  readonly retention: string;
  /** Size of Prometheus' volume. */
  readonly storage: string;
  /** Addresses of the servers whose etcd serves metrics; none on a cluster that hides them. */
  readonly etcdEndpoints: readonly string[];
  /** Base URL of Loki, for Grafana's data source. */
  readonly lokiUrl?: string | undefined;
  /** Base URL of Jaeger, for Grafana's data source. */
  readonly tracesUrl?: string | undefined;
  /** Pods of no release with a port for metrics. */
  readonly scrapedServices?: readonly ScrapedService[];
  /** Releases to scrape beside the chart's own parts. */
  readonly scraped: readonly ChartRow[];
  /** Whether hosts are Bramble's own, with figures of its scripts in a folder. */
  readonly ownHosts: boolean;
  /** Alerts of Bramble's own. */
  readonly alerts: readonly AlertRow[];
}

/** Where scripts leave figures on a host; see k3s-snapshot.sh. */
const metricsFolder = "/var/lib/bramble/metrics";

/** Arguments replace the chart's own, so those are said again. */
const nodeExporterArguments = [
  "--collector.filesystem.mount-points-exclude=^/(dev|proc|sys|run/containerd/.+|var/lib/docker/.+|var/lib/kubelet/.+)($|/)",
  "--collector.filesystem.fs-types-exclude=^(autofs|binfmt_misc|bpf|cgroup2?|configfs|debugfs|devpts|devtmpfs|fusectl|hugetlbfs|iso9660|mqueue|nsfs|overlay|proc|procfs|pstore|rpc_pipefs|securityfs|selinuxfs|squashfs|sysfs|tracefs|erofs)$",
] as const;

function nodeExporter({ ownHosts }: MonitoringSettings) {
  const usual = { resources: resources("10m", "24Mi", "64Mi") };
  if (!ownHosts) return usual;
  return {
    ...usual,
    extraArgs: [...nodeExporterArguments, `--collector.textfile.directory=${metricsFolder}`],
    extraHostVolumeMounts: [
      {
        name: "bramble-metrics",
        hostPath: metricsFolder,
        // A host that has none yet is no reason not to start.
        type: "DirectoryOrCreate",
        mountPath: metricsFolder,
        readOnly: true,
      },
    ],
  };
}

function ownRules(alerts: readonly AlertRow[]) {
  if (alerts.length === 0) return {};
  const rules = alerts.map(({ name, expression, holds, severity, summary, runbook }) => ({
    ...{ alert: name, expr: expression, for: holds, labels: { severity } },
    annotations: { summary, runbook_url: runbook },
  }));
  return { additionalPrometheusRulesMap: { bramble: { groups: [{ name: "bramble", rules }] } } };
}

/**
 * Scrapes every pod of a release that has its metrics port. The monitors are part of this release,
 * which brings their definitions, so that no other release has to wait for it.
 */
function podMonitors({ scraped, scrapedServices = [] }: MonitoringSettings) {
  const releases = scraped.flatMap((row) =>
    row.metricsPort === undefined
      ? []
      : [{ name: releaseName(row), namespace: row.namespace, port: row.metricsPort }],
  );
  return [...releases, ...scrapedServices].map(({ name, namespace, port }) => ({
    name,
    namespaceSelector: { matchNames: [namespace] },
    selector: {},
    podMetricsEndpoints: [{ port }],
  }));
}

function prometheusSpec({ retention, storage }: MonitoringSettings) {
  return {
    replicas: 1,
    retention,
    resources: resources("150m", "384Mi", "1536Mi"),
    storageSpec: {
      volumeClaimTemplate: {
        spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage } } },
      },
    },
    // Otherwise only monitors and rules that carry this release's label are seen.
    podMonitorSelectorNilUsesHelmValues: false,
    probeSelectorNilUsesHelmValues: false,
    ruleSelectorNilUsesHelmValues: false,
    scrapeConfigSelectorNilUsesHelmValues: false,
    serviceMonitorSelectorNilUsesHelmValues: false,
  };
}

function grafana(addresses: SignalAddresses) {
  return {
    admin: { existingSecret: grafanaSecretName },
    "grafana.ini": {
      analytics: {
        check_for_updates: false,
        check_for_plugin_updates: false,
        reporting_enabled: false,
      },
    },
    resources: resources("20m", "128Mi", "384Mi"),
    sidecar: { resources: resources("5m", "64Mi", "160Mi") },
    testFramework: { enabled: false },
    additionalDataSources: dataSources(addresses),
  };
}

/**
 * Values of the kube-prometheus-stack chart.
 *
 * k3s runs its control plane in one process, whose metrics the kubelet's and the API server's
 * targets already bring: the chart's targets for scheduler, controller manager and kube-proxy would
 * always be down.
 *
 * @see https://github.com/prometheus-community/helm-charts/tree/main/charts/kube-prometheus-stack
 */
export function monitoringValues(settings: MonitoringSettings) {
  const jobResources = resources("10m", "24Mi", "96Mi");
  return {
    kubeControllerManager: { enabled: false },
    kubeScheduler: { enabled: false },
    kubeProxy: { enabled: false },
    kubeEtcd:
      settings.etcdEndpoints.length === 0
        ? { enabled: false }
        : { enabled: true, endpoints: [...settings.etcdEndpoints] },
    prometheus: {
      prometheusSpec: prometheusSpec(settings),
      additionalPodMonitors: podMonitors(settings),
    },
    alertmanager: {
      alertmanagerSpec: { replicas: 1, resources: resources("5m", "32Mi", "128Mi") },
    },
    grafana: grafana(settings),
    prometheusOperator: {
      resources: resources("10m", "48Mi", "192Mi"),
      prometheusConfigReloader: { resources: resources("5m", "16Mi", "64Mi") },
      admissionWebhooks: { patch: { resources: jobResources } },
    },
    "kube-state-metrics": { resources: resources("10m", "40Mi", "192Mi") },
    "prometheus-node-exporter": nodeExporter(settings),
    ...ownRules(settings.alerts),
  };
}
