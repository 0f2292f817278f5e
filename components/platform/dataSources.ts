/** Where Grafana finds logs and traces; Prometheus' data source is the chart's own. */
export interface SignalAddresses {
  /** Base URL of Loki. */
  readonly lokiUrl?: string | undefined;
  /** Base URL of Jaeger's query service. */
  readonly tracesUrl?: string | undefined;
}

/** How log lines spell a trace's id: `traceID=…`, `"trace_id":"…"` and the like. */
const traceIdInLine = '[Tt]race_?[Ii][Dd]["=: ]+([0-9a-f]{16,32})';

const loki = { name: "Loki", uid: "loki", type: "loki", access: "proxy" };
const jaeger = { name: "Jaeger", uid: "jaeger", type: "jaeger", access: "proxy" };

/** From a line with a trace's id to the trace. Grafana takes one `$` for a variable of its own. */
const lineToTrace = {
  name: "TraceID",
  matcherRegex: traceIdInLine,
  url: "$${__value.raw}",
  urlDisplayLabel: "Trace",
  datasourceUid: jaeger.uid,
};

/**
 * From a span to the lines of its app around that time, and to its pods' processor time. A span
 * names its app in `service.name`, logs and the kubelet's figures in `app` and `container`.
 */
const spanToLogs = {
  datasourceUid: loki.uid,
  spanStartTimeShift: "-5m",
  spanEndTimeShift: "5m",
  filterByTraceID: true,
  tags: [{ key: "service.name", value: "app" }],
};

const spanToMetrics = {
  datasourceUid: "prometheus",
  spanStartTimeShift: "-30m",
  spanEndTimeShift: "30m",
  tags: [{ key: "service.name", value: "container" }],
  queries: [
    {
      name: "Processor time",
      query: "sum(rate(container_cpu_usage_seconds_total{$$__tags}[5m])) by (pod)",
    },
    {
      name: "Memory",
      query: "sum(container_memory_working_set_bytes{$$__tags}) by (pod)",
    },
  ],
};

/**
 * Grafana's data sources for logs and traces, each leading to the other where both are there.
 *
 * @see https://grafana.com/docs/grafana/latest/datasources/jaeger/
 */
export function dataSources({ lokiUrl, tracesUrl }: SignalAddresses) {
  const logs =
    lokiUrl === undefined
      ? []
      : [
          {
            ...{ ...loki, url: lokiUrl },
            jsonData: { derivedFields: tracesUrl === undefined ? [] : [lineToTrace] },
          },
        ];
  const traces =
    tracesUrl === undefined
      ? []
      : [
          {
            ...{ ...jaeger, url: tracesUrl },
            jsonData: {
              nodeGraph: { enabled: true },
              tracesToMetrics: spanToMetrics,
              ...(lokiUrl === undefined ? {} : { tracesToLogsV2: spanToLogs }),
            },
          },
        ];
  return [...logs, ...traces];
}
