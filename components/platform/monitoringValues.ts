import type { AlertGroup } from "../../catalogue/alerts/all";
import type { ChartRow } from "../../catalogue/charts";
import {
  type AlertingSettings,
  alertmanagerConfigSecret,
  secretKeys,
} from "./alerting/alertmanagerConfig";
import { alertRules } from "./alerting/alertRules";
import { receiverSecretName } from "./alerting/receiverConfigs";
import { dataSources, type SignalAddresses } from "./dataSources";
import { dashboardFolderAnnotation } from "./renderDashboard";
import { leastPrivilege, runtimeSeccomp } from "../podSecurity";
import { resources } from "./resources";
import {
  controlPlaneTargets,
  extraScrapes,
  podMonitors,
  type ScrapedService,
} from "./scrapeTargets";

/** Name of the Secret with Grafana's admin. */
export const grafanaSecretName = "grafana-admin";

/** What the values of kube-prometheus-stack depend on. */
export interface MonitoringSettings {
  /** How long metrics are kept, such as `10d`. */
  readonly retention: string;
  /** Size of Prometheus' volume. */
  readonly storage: string;
  /** Addresses of the servers whose etcd serves metrics; none on a cluster that hides them. */
  readonly etcdEndpoints: readonly string[];
  /** Since when Grafana's password is in use; another date is another password. */
  readonly passwordSince?: string | undefined;
  /** Base URL of Loki, for Grafana's data source. */
  readonly lokiUrl?: string | undefined;
  /** Base URL of Jaeger, for Grafana's data source. */
  readonly tracesUrl?: string | undefined;
  /** Pods of no release with a port for metrics. */
  readonly scrapedServices?: readonly ScrapedService[];
  /** Releases to scrape beside the chart's own parts. */
  readonly scraped: readonly ChartRow[];
  /** Where people find the web interfaces: links in alerts and log-ins lead there. */
  readonly urls?: Readonly<Record<"grafana" | "prometheus" | "alertmanager", string>> | undefined;
  /** Whether hosts are Bramble's own, with figures of its scripts in a folder. */
  readonly ownHosts: boolean;
  /** Name of the cluster, which every alert that is sent tells. */
  readonly cluster: string;
  /** Alerts of Bramble's own. */
  readonly alerts: readonly AlertGroup[];
  /** Web address of the repository's files, for links to runbooks. */
  readonly runbookBase?: string | undefined;
  /** Who is told of alerts. */
  readonly alerting: AlertingSettings;
}

/** Where scripts leave figures on a host; see host-metrics.sh and k3s-snapshot.sh. */
const metricsFolder = "/var/lib/bramble/metrics";

/** Arguments replace the chart's own, so those are said again. */
const nodeExporterArguments = [
  "--collector.filesystem.mount-points-exclude=^/(dev|proc|sys|run/containerd/.+|var/lib/docker/.+|var/lib/kubelet/.+)($|/)",
  "--collector.filesystem.fs-types-exclude=^(autofs|binfmt_misc|bpf|cgroup2?|configfs|debugfs|devpts|devtmpfs|fusectl|hugetlbfs|iso9660|mqueue|nsfs|overlay|proc|procfs|pstore|rpc_pipefs|securityfs|selinuxfs|squashfs|sysfs|tracefs|erofs)$",
] as const;

function nodeExporter({ ownHosts }: MonitoringSettings) {
  const usual = {
    resources: resources("10m", "16Mi", "64Mi"),
    securityContext: runtimeSeccomp,
    containerSecurityContext: leastPrivilege,
    prometheus: {
      monitor: {
        // People know their hosts by name.
        relabelings: [
          {
            action: "replace",
            sourceLabels: ["__meta_kubernetes_pod_node_name"],
            targetLabel: "node",
          },
        ],
      },
    },
  };
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

const mebibytes: Readonly<Record<string, number>> = {
  ...{ Ki: 2 ** -10, Mi: 1, Gi: 2 ** 10, Ti: 2 ** 20 },
  ...{ k: 1e3 / 2 ** 20, M: 1e6 / 2 ** 20, G: 1e9 / 2 ** 20, T: 1e12 / 2 ** 20, "": 2 ** -20 },
};

/**
 * How large metrics may grow on a volume: a local-path volume has no limit of its own, and the rest
 * is for the log of writes and for compaction.
 */
export function retentionSize(storage: string): string {
  const [, figure = "0", unit = ""] = /^([\d.]+)([A-Za-z]*)$/.exec(storage) ?? [];
  return `${String(Math.floor(Number(figure) * (mebibytes[unit] ?? 0) * 0.85))}MiB`;
}

function storageOf(size: string) {
  return {
    volumeClaimTemplate: {
      spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: size } } },
    },
  };
}

function prometheusSpec(settings: MonitoringSettings) {
  const { retention, storage, urls, cluster, scraped } = settings;
  return {
    ...(urls && { externalUrl: urls.prometheus }),
    replicas: 1,
    retention,
    retentionSize: retentionSize(storage),
    scrapeInterval: "30s",
    // A busy Pi takes long to list what its API server has counted.
    scrapeTimeout: "25s",
    evaluationInterval: "30s",
    externalLabels: { cluster },
    additionalScrapeConfigs: extraScrapes(scraped),
    resources: resources("150m", "384Mi", "1536Mi"),
    storageSpec: storageOf(storage),
    // Otherwise only monitors and rules that carry this release's label are seen.
    podMonitorSelectorNilUsesHelmValues: false,
    probeSelectorNilUsesHelmValues: false,
    ruleSelectorNilUsesHelmValues: false,
    scrapeConfigSelectorNilUsesHelmValues: false,
    serviceMonitorSelectorNilUsesHelmValues: false,
  };
}

/**
 * Grafana gives its admin a password when it makes its database, and reads none afterwards. The
 * database is in the pod: with another date there is another pod, another database, and the password
 * of that date. Without a date the pod template stays what it was.
 *
 * @see https://grafana.com/docs/grafana/latest/setup-grafana/configure-grafana/#admin_password
 */
function restartedFor(since: string | undefined) {
  return since === undefined ? {} : { podAnnotations: { "bramble.dev/password-since": since } };
}

function grafana(settings: SignalAddresses & Pick<MonitoringSettings, "urls" | "passwordSince">) {
  const { urls, passwordSince } = settings;
  return {
    admin: { existingSecret: grafanaSecretName },
    ...restartedFor(passwordSince),
    "grafana.ini": {
      ...(urls && { server: { root_url: urls.grafana } }),
      analytics: {
        check_for_updates: false,
        check_for_plugin_updates: false,
        reporting_enabled: false,
      },
    },
    resources: resources("20m", "128Mi", "384Mi"),
    // Dashboards and data sources are code: there is nothing to keep on a volume.
    persistence: { enabled: false },
    defaultDashboardsTimezone: "browser",
    sidecar: {
      resources: resources("5m", "64Mi", "160Mi"),
      dashboards: {
        folderAnnotation: dashboardFolderAnnotation,
        provider: { foldersFromFilesStructure: true },
      },
    },
    testFramework: { enabled: false },
    additionalDataSources: dataSources(settings),
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
    ...controlPlaneTargets,
    kubeControllerManager: { enabled: false },
    kubeScheduler: { enabled: false },
    kubeProxy: { enabled: false },
    kubeEtcd:
      settings.etcdEndpoints.length === 0
        ? { enabled: false }
        : { enabled: true, endpoints: [...settings.etcdEndpoints] },
    prometheus: {
      prometheusSpec: prometheusSpec(settings),
      additionalPodMonitors: podMonitors(settings.scraped, settings.scrapedServices ?? []),
    },
    alertmanager: {
      alertmanagerSpec: {
        ...(settings.urls && { externalUrl: settings.urls.alertmanager }),
        replicas: 1,
        useExistingSecret: true,
        configSecret: alertmanagerConfigSecret,
        secrets: secretKeys(settings.alerting).length > 0 ? [receiverSecretName] : [],
        // What a person silenced, and what was told already, outlives the pod.
        storage: storageOf("1Gi"),
        automountServiceAccountToken: false,
        resources: resources("5m", "32Mi", "128Mi"),
      },
    },
    grafana: grafana(settings),
    prometheusOperator: {
      resources: resources("10m", "48Mi", "192Mi"),
      prometheusConfigReloader: { resources: resources("5m", "16Mi", "64Mi") },
      admissionWebhooks: { patch: { resources: jobResources } },
    },
    "kube-state-metrics": { resources: resources("10m", "40Mi", "192Mi") },
    "prometheus-node-exporter": nodeExporter(settings),
    additionalPrometheusRulesMap: {
      bramble: { groups: alertRules(settings.alerts, settings.runbookBase) },
    },
  };
}
