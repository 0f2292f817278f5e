import type { Dashboard } from "./types";

/** What comes in through Traefik, and the certificates it shows. */
export const ingressDashboard: Dashboard = {
  uid: "bramble-ingress",
  title: "Ingress",
  rows: [
    {
      title: "Requests",
      panels: [
        {
          title: "By app",
          shows: "curve",
          unit: "reqps",
          queries: [
            {
              expression:
                "sum by (service) (rate(traefik_service_requests_total[$__rate_interval]))",
              legend: "{{service}}",
            },
          ],
        },
        {
          title: "Share of errors",
          shows: "curve",
          unit: "percentunit",
          queries: [
            {
              expression:
                'sum by (service) (rate(traefik_service_requests_total{code=~"5.."}[$__rate_interval])) / sum by (service) (rate(traefik_service_requests_total[$__rate_interval]))',
              legend: "{{service}}",
            },
          ],
        },
        {
          title: "Nineteen of twenty take less than",
          shows: "curve",
          unit: "s",
          queries: [
            {
              expression:
                "histogram_quantile(0.95, sum by (service, le) (rate(traefik_service_request_duration_seconds_bucket[$__rate_interval])))",
              legend: "{{service}}",
            },
          ],
        },
        {
          title: "By answer",
          shows: "curve",
          unit: "reqps",
          queries: [
            {
              expression:
                "sum by (entrypoint, code) (rate(traefik_entrypoint_requests_total[$__rate_interval]))",
              legend: "{{entrypoint}} {{code}}",
            },
          ],
        },
        {
          title: "Open connections",
          shows: "curve",
          unit: "none",
          queries: [
            {
              expression: "sum by (entrypoint) (traefik_open_connections)",
              legend: "{{entrypoint}}",
            },
          ],
        },
        {
          title: "Addresses handed out",
          shows: "list",
          unit: "percentunit",
          thresholds: [
            [0, "green"],
            [0.9, "orange"],
            [1, "red"],
          ],
          queries: [
            {
              expression:
                "max by (pool) (metallb_allocator_addresses_in_use_total) / max by (pool) (metallb_allocator_addresses_total)",
              legend: "{{pool}}",
            },
          ],
        },
      ],
    },
    {
      title: "Certificates",
      panels: [
        {
          title: "Good for",
          shows: "list",
          unit: "dtdurations",
          width: 12,
          thresholds: [
            [-1e9, "red"],
            [604800, "orange"],
            [1209600, "green"],
          ],
          queries: [
            {
              expression:
                "min by (namespace, name) (certmanager_certificate_expiration_timestamp_seconds) - time()",
              legend: "{{namespace}}/{{name}}",
            },
          ],
        },
        {
          title: "Ready",
          shows: "list",
          unit: "none",
          width: 12,
          words: { "0": "NO", "1": "yes" },
          thresholds: [
            [0, "red"],
            [1, "green"],
          ],
          queries: [
            {
              expression:
                'max by (namespace, name) (certmanager_certificate_ready_status{condition="True"})',
              legend: "{{namespace}}/{{name}}",
            },
          ],
        },
      ],
    },
  ],
};
