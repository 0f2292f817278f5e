/** Pod Security level of a namespace. */
export type PodSecurityLevel = "privileged" | "baseline" | "restricted";

/** One Helm chart Bramble installs. */
export interface ChartRow {
  /** Name of the chart. */
  readonly chart: string;
  /** Where it comes from: `oci://<registry>/<path>` without the chart's name, or a repository URL. */
  readonly repository: string;
  /** Version of the chart, as its repository spells it. */
  readonly version: string;
  /** Namespace of the release; each release has one of its own. */
  readonly namespace: string;
  /** Name of the release. Default: `chart`. */
  readonly release?: string;
  /**
   * Where its custom resource definitions live. `chart`: in templates, upgraded with the release.
   * `crds-directory`: installed once, since Helm never upgrades that directory.
   */
  readonly crds: "chart" | "crds-directory" | "none";
  /** Strictest level its pods pass. */
  readonly podSecurity: PodSecurityLevel;
  /** Name of the container port that serves metrics to anyone who asks, if there is one. */
  readonly metricsPort?: string;
}

/** Every chart, pinned. Renovate reads the comment above each version. */
export const charts = {
  traefik: {
    chart: "traefik",
    repository: "oci://ghcr.io/traefik/helm",
    // renovate: datasource=docker depName=ghcr.io/traefik/helm/traefik
    version: "41.3.0",
    namespace: "traefik",
    crds: "crds-directory",
    podSecurity: "restricted",
    metricsPort: "metrics",
  },
  // The speaker answers ARP from the host's network; its metrics want a token.
  metallb: {
    chart: "metallb",
    repository: "https://metallb.github.io/metallb",
    // renovate: datasource=helm depName=metallb registryUrl=https://metallb.github.io/metallb
    version: "0.16.1",
    namespace: "metallb-system",
    crds: "chart",
    podSecurity: "privileged",
  },
  certManager: {
    chart: "cert-manager",
    repository: "oci://quay.io/jetstack/charts",
    // renovate: datasource=docker depName=quay.io/jetstack/charts/cert-manager
    version: "v1.21.1",
    namespace: "cert-manager",
    crds: "chart",
    podSecurity: "restricted",
    metricsPort: "http-metrics",
  },
  // node-exporter reads the host. The chart brings its own monitors.
  kubePrometheusStack: {
    chart: "kube-prometheus-stack",
    repository: "oci://ghcr.io/prometheus-community/charts",
    // renovate: datasource=docker depName=ghcr.io/prometheus-community/charts/kube-prometheus-stack
    version: "88.5.3",
    namespace: "monitoring",
    crds: "crds-directory",
    podSecurity: "privileged",
  },
  // grafana/loki's own chart is for Grafana Enterprise Logs only since March 2026.
  loki: {
    chart: "loki",
    repository: "oci://ghcr.io/grafana-community/helm-charts",
    // renovate: datasource=docker depName=ghcr.io/grafana-community/helm-charts/loki
    version: "18.11.0",
    namespace: "loki",
    crds: "none",
    podSecurity: "restricted",
    metricsPort: "http-metrics",
  },
  // Reads the hosts' log files.
  alloy: {
    chart: "alloy",
    repository: "https://grafana.github.io/helm-charts",
    // renovate: datasource=helm depName=alloy registryUrl=https://grafana.github.io/helm-charts
    version: "1.11.1",
    namespace: "alloy",
    crds: "none",
    podSecurity: "privileged",
    metricsPort: "http-metrics",
  },
  argoCd: {
    chart: "argo-cd",
    repository: "oci://ghcr.io/argoproj/argo-helm",
    // renovate: datasource=docker depName=ghcr.io/argoproj/argo-helm/argo-cd
    version: "10.1.1",
    namespace: "argocd",
    release: "argocd",
    crds: "chart",
    podSecurity: "restricted",
    metricsPort: "metrics",
  },
  // Mounts on the host.
  csiDriverNfs: {
    chart: "csi-driver-nfs",
    repository: "https://kubernetes-csi.github.io/csi-driver-nfs",
    // renovate: datasource=helm depName=csi-driver-nfs registryUrl=https://kubernetes-csi.github.io/csi-driver-nfs
    version: "4.13.4",
    namespace: "csi-driver-nfs",
    crds: "none",
    podSecurity: "privileged",
  },
} as const satisfies Record<string, ChartRow>;

/** Key of a chart in the catalogue. */
export type ChartName = keyof typeof charts;

/** The keys, in the catalogue's order. */
export const chartNames = Object.keys(charts) as ChartName[];

/** Name of a row's Helm release. */
export function releaseName(row: ChartRow): string {
  return row.release ?? row.chart;
}
