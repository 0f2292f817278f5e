import type { Dashboard } from "./types";

const ofAnyApp = (what: string, apps = "radarr|sonarr|lidarr"): string =>
  `{__name__=~"(${apps})_${what}"`;

/**
 * The media apps.
 *
 * @param namespace where they run.
 */
export function mediaDashboard(namespace: string): Dashboard {
  const here = `namespace="${namespace}"`;
  return {
    uid: "bramble-media",
    title: "Media",
    rows: [
      {
        title: "Now",
        panels: [
          {
            title: "Up",
            shows: "list",
            unit: "none",
            words: { "0": "DOWN", "1": "up" },
            thresholds: [
              [0, "red"],
              [1, "green"],
            ],
            queries: [
              {
                expression: `max by (deployment) (kube_deployment_status_replicas_available{${here}})`,
                legend: "{{deployment}}",
              },
            ],
          },
          {
            title: "Restarts in a day",
            shows: "list",
            unit: "none",
            thresholds: [
              [0, "green"],
              [1, "orange"],
              [5, "red"],
            ],
            queries: [
              {
                expression: `sum by (container) (increase(kube_pod_container_status_restarts_total{${here}}[1d]))`,
                legend: "{{container}}",
              },
            ],
          },
          {
            title: "What the apps say of themselves",
            shows: "list",
            unit: "none",
            thresholds: [
              [0, "green"],
              [1, "orange"],
            ],
            queries: [
              {
                expression: `max by (job, type, message) (${ofAnyApp("system_health_issues", "radarr|sonarr|lidarr|prowlarr")}})`,
                legend: "{{job}} {{type}}: {{message}}",
              },
            ],
          },
        ],
      },
      {
        title: "Use",
        panels: [
          {
            title: "Memory, of the limit",
            shows: "curve",
            unit: "percentunit",
            queries: [
              {
                expression: `max by (container) (container_memory_working_set_bytes{${here},container!=""}) / max by (container) (kube_pod_container_resource_limits{${here},resource="memory"})`,
                legend: "{{container}}",
              },
            ],
          },
          {
            title: "Processor",
            shows: "curve",
            unit: "cores",
            queries: [
              {
                expression: `sum by (container) (rate(container_cpu_usage_seconds_total{${here},container!=""}[$__rate_interval]))`,
                legend: "{{container}}",
              },
            ],
          },
          {
            title: "Network in and out",
            shows: "curve",
            unit: "Bps",
            queries: [
              {
                expression: `sum by (pod) (rate(container_network_receive_bytes_total{${here}}[$__rate_interval]))`,
                legend: "{{pod}} in",
              },
              {
                expression: `-sum by (pod) (rate(container_network_transmit_bytes_total{${here}}[$__rate_interval]))`,
                legend: "{{pod}} out",
              },
            ],
          },
        ],
      },
      {
        title: "Downloads and library",
        panels: [
          {
            title: "In queues",
            shows: "curve",
            unit: "none",
            queries: [
              {
                expression: `sum by (job, download_status) (${ofAnyApp("queue_total")}})`,
                legend: "{{job}} {{download_status}}",
              },
              { expression: "sum(sabnzbd_queue_length)", legend: "SABnzbd" },
            ],
          },
          {
            title: "Wanted and missing",
            shows: "curve",
            unit: "none",
            queries: [
              { expression: "sum(radarr_movie_missing_total)", legend: "films" },
              { expression: "sum(sonarr_episode_missing_total)", legend: "episodes" },
              { expression: "sum(lidarr_albums_missing_total)", legend: "albums" },
            ],
          },
          {
            title: "Room for the library",
            shows: "list",
            unit: "bytes",
            thresholds: [
              [0, "red"],
              [20e9, "orange"],
              [100e9, "green"],
            ],
            queries: [
              {
                expression: `min by (path) (${ofAnyApp("rootfolder_freespace_bytes")}})`,
                legend: "{{path}}",
              },
            ],
          },
          {
            title: "Indexers that do not answer",
            shows: "list",
            unit: "none",
            thresholds: [
              [0, "green"],
              [1, "orange"],
            ],
            queries: [
              {
                expression: "max by (indexer) (prowlarr_indexer_unavailable)",
                legend: "{{indexer}}",
              },
            ],
          },
          {
            title: "Downloads with",
            shows: "curve",
            unit: "Bps",
            queries: [
              { expression: "sum(sabnzbd_speed_bps)", legend: "SABnzbd" },
              {
                expression: "sum(qbittorrent_global_download_speed_bytes)",
                legend: "qBittorrent",
              },
            ],
          },
        ],
      },
    ],
  };
}
