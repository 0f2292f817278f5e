import { resources } from "./resources";

/** What Argo CD's values depend on. */
export interface ArgoCdSettings {
  /** DNS name people reach it by. */
  readonly domain: string;
}

/**
 * Values of the Argo CD chart: one replica of each part, without Dex, TLS left to Traefik, the
 * admin's password in a Secret of our own.
 *
 * @see https://github.com/argoproj/argo-helm/tree/main/charts/argo-cd
 */
export function argoCdValues({ domain }: ArgoCdSettings) {
  const probes = { livenessProbe: { enabled: true }, readinessProbe: { enabled: true } };
  return {
    global: { domain },
    configs: {
      params: { "server.insecure": true },
      secret: { createSecret: false },
    },
    controller: { replicas: 1, resources: resources("50m", "160Mi", "768Mi") },
    server: { replicas: 1, resources: resources("10m", "64Mi", "256Mi") },
    repoServer: {
      replicas: 1,
      resources: resources("10m", "64Mi", "512Mi"),
      copyutil: { resources: resources("10m", "64Mi", "128Mi") },
    },
    applicationSet: { replicas: 1, ...probes, resources: resources("10m", "40Mi", "192Mi") },
    notifications: { ...probes, resources: resources("10m", "40Mi", "192Mi") },
    redis: { ...probes, resources: resources("10m", "16Mi", "96Mi") },
    redisSecretInit: { resources: resources("10m", "24Mi", "96Mi") },
    dex: { enabled: false },
  };
}
