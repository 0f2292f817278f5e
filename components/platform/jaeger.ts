import { stringify } from "yaml";
import { images } from "../../catalogue/images";
import type { ServiceSettings } from "../service/settings";

/** Namespace of the trace store. */
export const tracingNamespace = "tracing";

const jaegerName = "jaeger";

/** Where spans are sent to and traces are read from, inside the cluster. */
export const tracingAddresses = {
  /** OTLP over gRPC. */
  otlpGrpc: `http://${jaegerName}.${tracingNamespace}.svc:4317`,
  /** OTLP over HTTP. */
  otlpHttp: `http://${jaegerName}.${tracingNamespace}.svc:4318`,
  /** Jaeger's web interface and the API that Grafana reads. */
  query: `http://${jaegerName}.${tracingNamespace}.svc:16686`,
} as const;

/** Jaeger's own metrics. */
export const jaegerScrape = {
  name: jaegerName,
  namespace: tracingNamespace,
  port: "metrics",
} as const;

/** What the trace store depends on. */
export interface TracingSettings {
  /** How long traces are kept, in hours, days or weeks: `72h`, `3d`. */
  readonly retention: string;
  /** Size of the volume. */
  readonly storage: string;
}

const dataPath = "/data";

/** Go's durations know no days. */
function hours(retention: string): string {
  const factor = { h: 1, d: 24, w: 168 }[retention.slice(-1)] ?? 1;
  return `${String(Number(retention.slice(0, -1)) * factor)}h`;
}

/**
 * Jaeger's configuration: OTLP in, Badger on a volume, its own query and web interface. It is that
 * of an OpenTelemetry Collector with Jaeger's extensions.
 *
 * @see https://www.jaegertracing.io/docs/latest/deployment/configuration/
 */
export function jaegerConfig({ retention }: TracingSettings) {
  const listen = (port: number) => ({ endpoint: `0.0.0.0:${String(port)}` });
  return {
    service: {
      extensions: ["jaeger_storage", "jaeger_query", "healthcheckv2"],
      pipelines: {
        traces: {
          receivers: ["otlp"],
          processors: ["memory_limiter", "batch"],
          exporters: ["jaeger_storage_exporter"],
        },
      },
      telemetry: {
        metrics: {
          level: "basic",
          readers: [{ pull: { exporter: { prometheus: { host: "0.0.0.0", port: 8888 } } } }],
        },
        logs: { level: "info" },
      },
    },
    extensions: {
      healthcheckv2: { use_v2: true, http: listen(13133) },
      jaeger_query: { storage: { traces: "badger" }, http: listen(16686) },
      jaeger_storage: {
        backends: {
          badger: {
            badger: {
              directories: { keys: `${dataPath}/keys`, values: `${dataPath}/values` },
              ephemeral: false,
              ttl: { spans: hours(retention) },
            },
          },
        },
      },
    },
    receivers: { otlp: { protocols: { grpc: listen(4317), http: listen(4318) } } },
    processors: {
      // Refuses spans, which senders repeat, before the kernel ends the process.
      memory_limiter: { check_interval: "1s", limit_percentage: 80, spike_limit_percentage: 20 },
      batch: {},
    },
    exporters: { jaeger_storage_exporter: { trace_storage: "badger" } },
  };
}

/** Jaeger as one pod with all its parts. */
export function jaegerService(settings: TracingSettings): ServiceSettings {
  return {
    name: jaegerName,
    namespace: tracingNamespace,
    component: "trace-store",
    partOf: "tracing",
    description: "Takes traces by OTLP, keeps and shows them",
    image: images.jaeger,
    args: ["--config=/etc/jaeger/config.yaml"],
    // Leaves room for Badger's files, which are mapped and count as the container's memory too.
    // Of its own requests nobody asked it to keep spans.
    environment: { GOMEMLIMIT: "256MiB", OTEL_TRACES_SAMPLER: "always_off" },
    userId: 10001,
    ports: [
      { name: "query", number: 16686 },
      { name: "otlp-grpc", number: 4317 },
      { name: "otlp-http", number: 4318 },
      { name: jaegerScrape.port, number: 8888 },
      { name: "health", number: 13133 },
    ],
    health: { path: "/status", port: "health" },
    files: { "config.yaml": stringify(jaegerConfig(settings)) },
    configPath: "/etc/jaeger",
    data: { path: dataPath, size: settings.storage },
    requests: { cpu: "20m", memory: "96Mi" },
    memoryLimit: "512Mi",
  };
}
