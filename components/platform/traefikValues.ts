import { charts } from "../../catalogue/charts";
import { resources } from "./resources";

/** What Traefik's values depend on. */
export interface TraefikSettings {
  /** Address of the ingress. Default: the first free one of the pools. */
  readonly address?: string | undefined;
  /** How often it runs. Default: once. */
  readonly replicas?: number | undefined;
  /** Whether something in the cluster hands out addresses to LoadBalancer Services. */
  readonly loadBalancer: boolean;
}

/** Replicas prefer hosts without another one. */
const apart = {
  maxSkew: 1,
  topologyKey: "kubernetes.io/hostname",
  whenUnsatisfiable: "ScheduleAnyway",
  labelSelector: { matchLabels: { "app.kubernetes.io/name": "traefik" } },
};

/**
 * Values of the Traefik chart: one replica on an address of its own, HTTP sent on to HTTPS, a log of
 * requests that failed or took long.
 *
 * @see https://github.com/traefik/traefik-helm-chart/blob/master/traefik/VALUES.md
 */
export function traefikValues(settings: TraefikSettings) {
  const { replicas = 1 } = settings;
  return {
    deployment: { replicas },
    // With one replica it would only keep the host from being drained.
    ...(replicas > 1 && {
      podDisruptionBudget: { enabled: true, minAvailable: 1 },
      topologySpreadConstraints: [apart],
    }),
    ports: {
      web: {
        http: {
          redirections: { entryPoint: { to: "websecure", scheme: "https", permanent: true } },
        },
      },
    },
    service: {
      ...(settings.address !== undefined && {
        annotations: { "metallb.io/loadBalancerIPs": settings.address },
      }),
      spec: settings.loadBalancer
        ? {
            type: "LoadBalancer",
            // Keeps the client's address for access rules and logs.
            externalTrafficPolicy: "Local",
            // MetalLB needs none, and each would be a port on every host.
            allocateLoadBalancerNodePorts: false,
          }
        : // Helm would wait for an address that nobody gives.
          { type: "ClusterIP" },
    },
    ingressClass: { enabled: true, isDefaultClass: true },
    // Its route is made with all others, behind the gate.
    ingressRoute: { dashboard: { enabled: false } },
    providers: {
      // Whoever may make objects in another namespace may not change the default certificate.
      kubernetesCRD: { defaultTLSResourcesNamespace: charts.traefik.namespace },
    },
    accessLog: {
      enabled: true,
      format: "json",
      // Metrics count every request; each line here is a write to the host's SD card.
      filters: { statusCodes: "400-599", minDuration: "2s", retryAttempts: true },
      // Some apps take their API key in the query.
      fields: { queryParameters: { defaultMode: "drop" } },
    },
    global: { checkNewVersion: false, sendAnonymousUsage: false },
    resources: resources("50m", "80Mi", "256Mi"),
  };
}
