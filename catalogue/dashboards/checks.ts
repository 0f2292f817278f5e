import type { Dashboard } from "./types";

/** Whether people reach what there is, and whether it could be brought back. */
export const checksDashboard: Dashboard = {
  uid: "bramble-checks",
  title: "Probes and backups",
  rows: [
    {
      title: "Addresses",
      panels: [
        {
          title: "Answers",
          shows: "list",
          unit: "none",
          words: { "0": "NO", "1": "yes" },
          thresholds: [
            [0, "red"],
            [1, "green"],
          ],
          queries: [{ expression: "min by (instance) (probe_success)", legend: "{{instance}}" }],
        },
        {
          title: "Answered, of the last month",
          shows: "list",
          unit: "percentunit",
          thresholds: [
            [0, "red"],
            [0.95, "orange"],
            [0.99, "green"],
          ],
          queries: [
            {
              expression: "min by (instance) (avg_over_time(probe_success[30d]))",
              legend: "{{instance}}",
            },
          ],
        },
        {
          title: "Takes",
          shows: "curve",
          unit: "s",
          queries: [
            { expression: "max by (instance) (probe_duration_seconds)", legend: "{{instance}}" },
          ],
        },
        {
          title: "Its certificate is good for",
          shows: "list",
          unit: "dtdurations",
          thresholds: [
            [-1e9, "red"],
            [604800, "orange"],
            [1209600, "green"],
          ],
          queries: [
            {
              expression: "min by (instance) (probe_ssl_earliest_cert_expiry) - time()",
              legend: "{{instance}}",
            },
          ],
        },
      ],
    },
    {
      title: "Backups",
      panels: [
        {
          title: "Newest copy of an etcd snapshot",
          shows: "list",
          unit: "dtdurations",
          thresholds: [
            [0, "green"],
            [43200, "orange"],
            [86400, "red"],
          ],
          queries: [
            {
              expression:
                "time() - max by (node) (bramble_snapshot_last_success_timestamp_seconds)",
              legend: "{{node}}",
            },
          ],
        },
        {
          title: "Size of that copy",
          shows: "curve",
          unit: "bytes",
          queries: [{ expression: "max by (node) (bramble_snapshot_bytes)", legend: "{{node}}" }],
        },
        {
          title: "Last success of each job",
          shows: "list",
          unit: "dtdurations",
          queries: [
            {
              expression:
                "time() - max by (namespace, cronjob) (kube_cronjob_status_last_successful_time)",
              legend: "{{namespace}}/{{cronjob}}",
            },
          ],
        },
        {
          title: "Jobs that failed",
          shows: "list",
          unit: "none",
          thresholds: [
            [0, "green"],
            [1, "red"],
          ],
          queries: [
            {
              expression: "sum by (namespace, job_name) (kube_job_status_failed) > 0",
              legend: "{{namespace}}/{{job_name}}",
            },
          ],
        },
      ],
    },
    {
      title: "Delivery",
      panels: [
        {
          title: "Applications",
          shows: "list",
          unit: "none",
          width: 24,
          queries: [
            {
              expression: "max by (name, sync_status, health_status) (argocd_app_info)",
              legend: "{{name}}: {{sync_status}}, {{health_status}}",
            },
          ],
        },
      ],
    },
  ],
};
