/** A kind of object, as Argo CD's projects name it. */
export interface DeliveredKind {
  /** API group; empty for Kubernetes' own first one. */
  readonly group: string;
  readonly kind: string;
}

/**
 * Every kind that Argo CD may bring to a stack's namespace. Secrets are not among them, nor is
 * anything outside of a namespace. Rendering refuses an object of another kind.
 */
export const deliveredKinds: readonly DeliveredKind[] = [
  { group: "", kind: "ConfigMap" },
  { group: "", kind: "LimitRange" },
  { group: "", kind: "PersistentVolumeClaim" },
  { group: "", kind: "ResourceQuota" },
  { group: "", kind: "Service" },
  { group: "", kind: "ServiceAccount" },
  { group: "apps", kind: "Deployment" },
  { group: "batch", kind: "CronJob" },
  { group: "batch", kind: "Job" },
  { group: "cert-manager.io", kind: "Certificate" },
  { group: "monitoring.coreos.com", kind: "PodMonitor" },
  { group: "monitoring.coreos.com", kind: "PrometheusRule" },
  { group: "monitoring.coreos.com", kind: "ServiceMonitor" },
  { group: "networking.k8s.io", kind: "Ingress" },
  { group: "networking.k8s.io", kind: "NetworkPolicy" },
  { group: "policy", kind: "PodDisruptionBudget" },
  { group: "traefik.io", kind: "Middleware" },
];
