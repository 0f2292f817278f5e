import { resources } from "./resources";

/** What Traefik's values depend on. */
export interface TraefikSettings {
  /** Address of the ingress. Default: the first free one of the pools. */
  readonly address?: string | undefined;
  /** Whether something in the cluster hands out addresses to LoadBalancer Services. */
  readonly loadBalancer: boolean;
}

/**
 * Values of the Traefik chart: one replica on an address of its own, HTTP sent on to HTTPS, no
 * dashboard.
 *
 * @see https://github.com/traefik/traefik-helm-chart/blob/master/traefik/VALUES.md
 */
export function traefikValues(settings: TraefikSettings) {
  return {
    deployment: { replicas: 1 },
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
        ? // Keeps the client's address for access rules and logs.
          { type: "LoadBalancer", externalTrafficPolicy: "Local" }
        : // Helm would wait for an address that nobody gives.
          { type: "ClusterIP" },
    },
    ingressClass: { enabled: true, isDefaultClass: true },
    ingressRoute: { dashboard: { enabled: false } },
    global: { checkNewVersion: false, sendAnonymousUsage: false },
    resources: resources("50m", "80Mi", "256Mi"),
  };
}
