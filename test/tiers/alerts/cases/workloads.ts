import type { AlertCase } from "./types";

const container = 'namespace="media",pod="radarr-0",container="radarr"';
const containerLabels = { namespace: "media", pod: "radarr-0", container: "radarr" };
const mib = 1048576;

/** Containers. */
export const workloadsCases: readonly AlertCase[] = [
  {
    alert: "BramblePodRestarting",
    when: "it restarts every ten minutes",
    series: { [`kube_pod_container_status_restarts_total{${container}}`]: "0+0.1x120" },
    at: "90m",
    fires: {
      labels: containerLabels,
      says: "radarr of media/radarr-0: 6 times in an hour.",
    },
  },
  {
    alert: "BramblePodRestarting",
    when: "it restarted once",
    series: { [`kube_pod_container_status_restarts_total{${container}}`]: "0x60 1x60" },
    at: "90m",
  },
  {
    alert: "BrambleMemoryNearLimit",
    when: "95 % of the limit are used",
    series: {
      [`container_memory_working_set_bytes{${container},id="/x"}`]: `${String(973 * mib)}x30`,
      [`kube_pod_container_resource_limits{${container},resource="memory",unit="byte"}`]: `${String(1024 * mib)}x30`,
    },
    at: "20m",
    fires: { labels: containerLabels, says: "radarr of media/radarr-0 uses 95.02% of its limit." },
  },
  {
    alert: "BrambleMemoryNearLimit",
    when: "a container without a limit uses much",
    series: {
      [`container_memory_working_set_bytes{${container},id="/x"}`]: `${String(973 * mib)}x30`,
    },
    at: "20m",
  },
  {
    alert: "BrambleOutOfMemory",
    when: "it was killed a few minutes ago",
    series: {
      [`kube_pod_container_status_last_terminated_reason{${container},reason="OOMKilled"}`]:
        "_x10 1x30",
      [`kube_pod_container_status_restarts_total{${container}}`]: "0x10 1x30",
    },
    at: "15m",
    fires: { labels: containerLabels, says: "radarr of media/radarr-0." },
  },
  {
    alert: "BrambleOutOfMemory",
    when: "that was yesterday",
    series: {
      [`kube_pod_container_status_last_terminated_reason{${container},reason="OOMKilled"}`]: "1x30",
      [`kube_pod_container_status_restarts_total{${container}}`]: "1x30",
    },
    at: "25m",
  },
];
