import type { Dashboard } from "./types";

const chosen = '{namespace=~"$namespace"}';

/** Lines of all pods, and whether they arrive. */
export const logsDashboard: Dashboard = {
  uid: "bramble-logs",
  title: "Logs",
  choices: [{ name: "namespace", metric: "kube_namespace_created", label: "namespace" }],
  rows: [
    {
      title: "On their way",
      panels: [
        {
          title: "Sent",
          shows: "curve",
          unit: "Bps",
          queries: [
            {
              expression: "sum by (pod) (rate(loki_write_sent_bytes_total[$__rate_interval]))",
              legend: "{{pod}}",
            },
          ],
        },
        {
          title: "Lost in an hour",
          shows: "figure",
          unit: "none",
          thresholds: [
            [0, "green"],
            [1, "red"],
          ],
          queries: [
            {
              expression: "sum(increase(loki_write_dropped_entries_total[1h])) or vector(0)",
              legend: "lines",
            },
          ],
        },
        {
          title: "Lines by namespace",
          shows: "curve",
          asks: "loki",
          unit: "short",
          width: 12,
          queries: [
            {
              expression: `sum by (namespace) (count_over_time(${chosen}[$__auto]))`,
              legend: "{{namespace}}",
            },
          ],
        },
      ],
    },
    {
      title: "Lines",
      panels: [
        {
          title: "With an error",
          shows: "logs",
          asks: "loki",
          unit: "none",
          queries: [{ expression: `${chosen} |~ "(?i)(error|fatal|panic|exception)"`, legend: "" }],
        },
        {
          title: "All",
          shows: "logs",
          asks: "loki",
          unit: "none",
          queries: [{ expression: chosen, legend: "" }],
        },
      ],
    },
  ],
};
