import type { Exemption } from "./exemption";

const expires = "2027-11-30";
const owner = "cluster operator";

/** Exemptions of one object that a chart renders. */
function of(
  chart: string,
  subject: string | readonly string[],
  rows: Partial<Record<Exemption["rule"], string | { found: readonly string[]; reason: string }>>,
): readonly Exemption[] {
  const subjects = typeof subject === "string" ? [subject] : subject;
  return Object.entries(rows).map(([rule, row]) => ({
    ...{ rule: rule as Exemption["rule"], subjects, chart, owner, expires },
    ...(typeof row === "string" ? { reason: row } : row),
  }));
}

const prefix = "kube-prometheus-stack";

const callsApi = "It works by calling the Kubernetes API.";
const telemetry = {
  found: ["the default class"],
  reason:
    "What is measured and logged of the last days: worth no volume that outlives the service.",
};

/**
 * What charts render and give no value to mend. `npm run charts -- verify` holds them against what
 * the charts render today.
 */
export const chartExemptions: readonly Exemption[] = [
  ...of("metallb", "metallb-system/DaemonSet/metallb-speaker", {
    "host-namespaces": {
      found: ["hostNetwork"],
      reason: "It answers ARP for the Services' addresses on the hosts' own network.",
    },
    capabilities: { found: ["NET_RAW"], reason: "It announces addresses by ARP." },
    "non-root": "Capabilities of other users do not survive the exec.",
    "service-account-token": callsApi,
  }),
  ...of("metallb", "metallb-system/Deployment/metallb-controller", {
    probes: {
      found: ["livenessProbe"],
      reason:
        "The container webhook-gate does nothing that could hang: its readiness is the webhook's.",
    },
    "service-account-token": callsApi,
  }),
  ...of("metallb", ["ClusterRole/metallb:speaker", "metallb-system/Role/metallb-pod-lister"], {
    "rbac-wildcards": {
      found: ["verbs"],
      reason: "Fixed in the chart, on its own status resources alone.",
    },
  }),
  ...of("traefik", "traefik/Deployment/traefik", { "service-account-token": callsApi }),
  ...of(
    "cert-manager",
    [
      "cert-manager/Deployment/cert-manager",
      "cert-manager/Deployment/cert-manager-cainjector",
      "cert-manager/Deployment/cert-manager-webhook",
      "cert-manager/Job/cert-manager-startupapicheck",
    ],
    { "service-account-token": callsApi },
  ),
  ...of("cert-manager", "cert-manager/Deployment/cert-manager", {
    probes: {
      found: ["readinessProbe"],
      reason: "The chart has none for it: nothing calls it, it reads its work from the API.",
    },
  }),
  ...of("cert-manager", "cert-manager/Deployment/cert-manager-cainjector", {
    probes: "The chart has none for it: nothing calls it, it reads its work from the API.",
  }),
  ...of("csi-driver-nfs", "csi-driver-nfs/DaemonSet/csi-nfs-node", {
    "host-path": {
      found: [
        "/var/lib/kubelet/plugins/csi-nfsplugin",
        "/var/lib/kubelet/pods",
        "/var/lib/kubelet/plugins_registry",
      ],
      reason: "A storage driver talks to the kubelet by sockets there and mounts into its pods.",
    },
  }),
  ...of("csi-driver-nfs", "csi-driver-nfs/Deployment/csi-nfs-controller", {
    "host-path": {
      found: ["/var/lib/kubelet/pods"],
      reason: "It mounts the export there to make and remove folders of claims.",
    },
  }),
  ...of(
    "csi-driver-nfs",
    ["csi-driver-nfs/DaemonSet/csi-nfs-node", "csi-driver-nfs/Deployment/csi-nfs-controller"],
    {
      "host-namespaces": {
        found: ["hostNetwork"],
        reason:
          "Mounts of NFS have to outlive the driver's pod, so they are on the host's network.",
      },
      privileged:
        "It mounts file systems on the host, and the chart says so for its container nfs.",
      capabilities: { found: ["SYS_ADMIN"], reason: "The kernel lets nobody mount without it." },
      "privilege-escalation": "The chart gives no value for its sidecars.",
      "non-root": "It mounts, and its sidecars write sockets that belong to root.",
      "read-only-root": "The chart gives no value.",
      probes: "The chart has none for its sidecars; the driver's liveness is asked by one of them.",
      "service-account-token": callsApi,
    },
  ),
  ...of(prefix, `monitoring/DaemonSet/${prefix}-prometheus-node-exporter`, {
    "host-namespaces": {
      found: ["hostNetwork", "hostPID"],
      reason: "It measures the host's network and processes.",
    },
    "host-path": {
      found: ["/", "/proc", "/sys", "/var/lib/bramble/metrics"],
      reason: "It measures the host's disks and kernel; all of it is mounted read-only.",
    },
  }),
  ...of(
    prefix,
    [
      `monitoring/Deployment/${prefix}-grafana`,
      `monitoring/Deployment/${prefix}-kube-state-metrics`,
      `monitoring/Deployment/${prefix}-operator`,
      `monitoring/Job/${prefix}-admission-create`,
      `monitoring/Job/${prefix}-admission-patch`,
      `monitoring/Job/${prefix}-crds-upgrade`,
      `monitoring/Prometheus/${prefix}-prometheus`,
    ],
    { "service-account-token": callsApi },
  ),
  ...of(prefix, `monitoring/Deployment/${prefix}-grafana`, {
    probes: "Its sidecars, which read dashboards and data sources, share a port for health checks.",
    "read-only-root": "Grafana and its sidecars write beside their volumes; not tried without.",
  }),
  ...of(prefix, `ClusterRole/${prefix}-operator`, {
    "rbac-wildcards": {
      found: ["verbs"],
      reason: "Fixed in the chart, on the operator's own resources and what it makes of them.",
    },
  }),
  ...of(prefix, `monitoring/Secret/${prefix}-prometheus-scrape-confg`, {
    "secret-data": "The chart puts scrape targets in a Secret; there is no credential among them.",
  }),
  ...of(
    prefix,
    [
      `monitoring/Alertmanager/${prefix}-alertmanager`,
      `monitoring/Prometheus/${prefix}-prometheus`,
    ],
    { "volume-retained": telemetry },
  ),
  ...of("loki", "loki/StatefulSet/loki", { "volume-retained": telemetry }),
  ...of("alloy", "alloy/DaemonSet/alloy", {
    "host-path": {
      found: ["/var/log", "/var/lib/alloy", "/run/log", "/etc/machine-id"],
      reason: "It reads the logs of pods and of the host, and keeps how far it has read.",
    },
    "non-root": "The logs it reads belong to root.",
    "service-account-token": callsApi,
  }),
  ...of(
    "argo-cd",
    [
      "argocd/Deployment/argocd-applicationset-controller",
      "argocd/Deployment/argocd-notifications-controller",
      "argocd/Deployment/argocd-server",
      "argocd/Job/argocd-redis-secret-init",
      "argocd/StatefulSet/argocd-application-controller",
    ],
    { "service-account-token": callsApi },
  ),
  ...of("argo-cd", "argocd/StatefulSet/argocd-application-controller", {
    probes: { found: ["livenessProbe"], reason: "The chart has none for it." },
  }),
  ...of("argo-cd", "ClusterRole/argocd-application-controller", {
    "rbac-wildcards":
      "It watches and applies whatever Git holds; its project names the namespace and the kinds.",
  }),
  ...of("argo-cd", "ClusterRole/argocd-server", {
    "rbac-wildcards": {
      found: ["apiGroups", "resources"],
      reason: "Its pages show, and let an admin delete, whatever an application is made of.",
    },
  }),
];
