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

/**
 * What one Pi's card and memory stand: a pod that logs in a loop is held back, at 429, instead of
 * filling the volume, and a search over a week is not cut into hundreds of parts at once.
 */
const limits = {
  ingestion_rate_mb: 2,
  ingestion_burst_size_mb: 4,
  per_stream_rate_limit: "1MB",
  per_stream_rate_limit_burst: "2MB",
  max_global_streams_per_user: 2000,
  // Otherwise a longer line is refused with all that came along with it.
  max_line_size_truncate: true,
  split_queries_by_interval: "1h",
  max_query_parallelism: 8,
  tsdb_max_query_parallelism: 8,
};

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
      limits_config: { retention_period: retention, ...limits },
      querier: { max_concurrent: 2 },
      // After a power cut the log of what was not written yet is read back. Beyond this much Loki
      // writes it out instead of being killed for its memory; its default is 4 GB.
      ingester: { wal: { flush_on_shutdown: true, replay_memory_ceiling: "256MB" } },
      compactor: { retention_enabled: true, delete_request_store: "filesystem" },
      analytics: { reporting_enabled: false },
    },
    // Rules come from Prometheus. The watcher of rules would read every Secret of the cluster.
    sidecar: { rules: { enabled: false } },
    serviceAccount: { automountServiceAccountToken: false },
    singleBinary: {
      replicas: 1,
      automountServiceAccountToken: false,
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
