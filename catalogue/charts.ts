import { images } from "./images";

/** Pod Security level of a namespace. */
export type PodSecurityLevel = "privileged" | "baseline" | "restricted";

/**
 * How a chart's custom resource definitions come, and how they are upgraded with it. Helm itself
 * installs a chart's `crds/` once and never upgrades it. Nothing here deletes a definition of a
 * chart's `crds/`: with it would go every object of its kind.
 *
 * - `none`: it has none, or none that Bramble uses.
 * - `chart`: in its templates, upgraded with the release.
 * - `hook`: a Job of the chart applies them before each install and upgrade; `values` turn it on.
 * - `directory`: in its `crds/` and nowhere else. A Job of Bramble's applies `definitions` from the
 *   chart itself before the release, each time the chart's version changes.
 *
 * @see https://helm.sh/docs/chart_best_practices/custom_resource_definitions/
 */
export type ChartCrds =
  | { readonly from: "none" | "chart" }
  | { readonly from: "hook"; readonly values: Readonly<Record<string, unknown>> }
  | { readonly from: "directory"; readonly definitions: readonly string[] };

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
   * Digest of the chart's archive, `sha256:…`. Optional: a row has one once it was read from the
   * repository itself. `npm run charts -- verify` holds the archive to it. It is no digest of an OCI
   * manifest, so Renovate leaves it: after a new version, verify tells the new one.
   */
  readonly archiveDigest?: string;
  readonly crds: ChartCrds;
  /** Strictest level its pods pass. */
  readonly podSecurity: PodSecurityLevel;
  /** Name of the container port that serves metrics to anyone who asks, if there is one. */
  readonly metricsPort?: string;
}

/** The chart's own hook, on pinned images. Its definitions are 4 MB, which kubectl holds in memory. */
const prometheusCrdJob = {
  enabled: true,
  image: {
    busybox: { tag: images.busybox.tag },
    kubectl: { tag: images.kubectl.tag },
  },
  resources: { requests: { cpu: "10m", memory: "64Mi" }, limits: { memory: "512Mi" } },
};

/**
 * The definitions of Traefik Proxy; the chart also has those of Traefik Hub. The chart
 * `traefik-crds`, which once had them in its templates, ended with version 40.
 */
const traefikDefinitions = [
  "ingressroutes",
  "ingressroutetcps",
  "ingressrouteudps",
  "middlewares",
  "middlewaretcps",
  "serverstransports",
  "serverstransporttcps",
  "tlsoptions",
  "tlsstores",
  "traefikservices",
].map((kind) => `${kind}.traefik.io`);

/** Every chart, pinned. Renovate reads the comment above each version. */
export const charts = {
  traefik: {
    chart: "traefik",
    repository: "oci://ghcr.io/traefik/helm",
    // renovate: datasource=docker depName=ghcr.io/traefik/helm/traefik
    version: "41.3.0",
    namespace: "traefik",
    crds: { from: "directory", definitions: traefikDefinitions },
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
    crds: { from: "chart" },
    podSecurity: "privileged",
  },
  certManager: {
    chart: "cert-manager",
    repository: "oci://quay.io/jetstack/charts",
    // renovate: datasource=docker depName=quay.io/jetstack/charts/cert-manager
    version: "v1.21.1",
    namespace: "cert-manager",
    crds: { from: "chart" },
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
    crds: { from: "hook", values: { crds: { upgradeJob: prometheusCrdJob } } },
    podSecurity: "privileged",
  },
  // grafana/loki's own chart is for Grafana Enterprise Logs only since March 2026.
  loki: {
    chart: "loki",
    repository: "oci://ghcr.io/grafana-community/helm-charts",
    // renovate: datasource=docker depName=ghcr.io/grafana-community/helm-charts/loki
    version: "18.11.0",
    namespace: "loki",
    crds: { from: "none" },
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
    crds: { from: "none" },
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
    crds: { from: "chart" },
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
    crds: { from: "none" },
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
