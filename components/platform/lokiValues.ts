import { charts } from "../../catalogue/charts";
import { resources } from "./resources";

/** Where Loki answers inside the cluster. */
export const lokiUrl = `http://loki.${charts.loki.namespace}.svc:3100`;

/** What Loki's values depend on. */
export interface LokiSettings {
  /** How long logs are kept, as Go writes a duration. */
  readonly retention: string;
  /** Size of the volume. */
  readonly storage: string;
}

/** The other deployment modes, which the chart installs three replicas of unless told not to. */
const unusedTargets = { read: { replicas: 0 }, write: { replicas: 0 }, backend: { replicas: 0 } };

/**
 * Values of the Loki chart: one process on one volume. The caches would ask for 9.6 GB, and the
 * gateway only adds a proxy in front of the single process.
 *
 * @see https://grafana.com/docs/loki/latest/setup/install/helm/install-monolithic/
 */
export function lokiValues({ retention, storage }: LokiSettings) {
  return {
    deploymentMode: "Monolithic",
    loki: {
      auth_enabled: false,
      // One process needs no memberlist; the chart lets it end when it cannot join itself.
      commonConfig: { replication_factor: 1, ring: { kvstore: { store: "inmemory" } } },
      storage: { type: "filesystem" },
      schemaConfig: {
        configs: [
          {
            from: "2024-04-01",
            store: "tsdb",
            object_store: "filesystem",
            schema: "v13",
            index: { prefix: "loki_index_", period: "24h" },
          },
        ],
      },
      limits_config: { retention_period: retention },
      compactor: { retention_enabled: true, delete_request_store: "filesystem" },
      analytics: { reporting_enabled: false },
    },
    singleBinary: {
      replicas: 1,
      sidecar: false,
      persistence: { enabled: true, size: storage },
      resources: resources("50m", "192Mi", "768Mi"),
    },
    ...unusedTargets,
    chunksCache: { enabled: false },
    resultsCache: { enabled: false },
    gateway: { enabled: false },
    lokiCanary: { enabled: false },
    test: { enabled: false },
  };
}
