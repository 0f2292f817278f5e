import type { Dashboard } from "./types";

/** Nodes, pods, etcd and what fires. */
export const clusterDashboard: Dashboard = {
  uid: "bramble-cluster",
  title: "Cluster",
  rows: [
    {
      title: "Now",
      panels: [
        {
          title: "Nodes that answer",
          shows: "figure",
          unit: "none",
          queries: [
            {
              expression: 'sum(kube_node_status_condition{condition="Ready",status="true"})',
              legend: "ready",
            },
          ],
        },
        {
          title: "Nodes that do not",
          shows: "figure",
          unit: "none",
          thresholds: [
            [0, "green"],
            [1, "red"],
          ],
          queries: [
            {
              expression:
                'count(kube_node_status_condition{condition="Ready",status="true"} == 0) or vector(0)',
              legend: "not ready",
            },
          ],
        },
        {
          title: "Pods that are not ready",
          shows: "figure",
          unit: "none",
          thresholds: [
            [0, "green"],
            [1, "orange"],
            [5, "red"],
          ],
          queries: [
            {
              expression:
                'sum(kube_pod_status_ready{condition="false"} * on (namespace, pod) group_left () (kube_pod_status_phase{phase=~"Running|Pending"} == 1)) or vector(0)',
              legend: "not ready",
            },
          ],
        },
        {
          title: "Restarts in a day",
          shows: "figure",
          unit: "none",
          thresholds: [
            [0, "green"],
            [5, "orange"],
            [20, "red"],
          ],
          queries: [
            {
              expression: "sum(increase(kube_pod_container_status_restarts_total[1d]))",
              legend: "restarts",
            },
          ],
        },
        {
          title: "etcd members with a leader",
          shows: "figure",
          unit: "none",
          queries: [{ expression: "sum(etcd_server_has_leader)", legend: "members" }],
        },
        {
          title: "Memory asked for, of all there is",
          shows: "figure",
          unit: "percentunit",
          thresholds: [
            [0, "green"],
            [0.8, "orange"],
            [0.95, "red"],
          ],
          queries: [
            {
              expression:
                'sum(kube_pod_container_resource_requests{resource="memory"}) / sum(kube_node_status_allocatable{resource="memory"})',
              legend: "asked for",
            },
          ],
        },
        {
          title: "Alerts that fire",
          shows: "list",
          unit: "none",
          width: 24,
          queries: [
            {
              expression:
                'sum by (alertname, severity, namespace, node) (ALERTS{alertstate="firing",severity!="none"})',
              legend: "{{severity}} {{alertname}} {{namespace}} {{node}}",
            },
          ],
        },
      ],
    },
    {
      title: "Nodes",
      panels: [
        {
          title: "Processor",
          shows: "curve",
          unit: "percentunit",
          queries: [
            {
              expression:
                '1 - avg by (node) (rate(node_cpu_seconds_total{mode="idle"}[$__rate_interval]))',
              legend: "{{node}}",
            },
          ],
        },
        {
          title: "Memory",
          shows: "curve",
          unit: "percentunit",
          queries: [
            {
              expression:
                "1 - max by (node) (node_memory_MemAvailable_bytes) / max by (node) (node_memory_MemTotal_bytes)",
              legend: "{{node}}",
            },
          ],
        },
        {
          title: "Network in and out",
          shows: "curve",
          unit: "Bps",
          queries: [
            {
              expression:
                'sum by (node) (rate(node_network_receive_bytes_total{device!~"lo|veth.*|cni.*|flannel.*"}[$__rate_interval]))',
              legend: "{{node}} in",
            },
            {
              expression:
                '-sum by (node) (rate(node_network_transmit_bytes_total{device!~"lo|veth.*|cni.*|flannel.*"}[$__rate_interval]))',
              legend: "{{node}} out",
            },
          ],
        },
      ],
    },
    {
      title: "Pods",
      panels: [
        {
          title: "Processor by namespace",
          shows: "curve",
          unit: "cores",
          queries: [
            {
              expression:
                'sum by (namespace) (rate(container_cpu_usage_seconds_total{container!=""}[$__rate_interval]))',
              legend: "{{namespace}}",
            },
          ],
        },
        {
          title: "Memory by namespace",
          shows: "curve",
          unit: "bytes",
          queries: [
            {
              expression: 'sum by (namespace) (container_memory_working_set_bytes{container!=""})',
              legend: "{{namespace}}",
            },
          ],
        },
        {
          title: "Restarts in an hour",
          shows: "list",
          unit: "none",
          thresholds: [
            [0, "green"],
            [1, "orange"],
            [3, "red"],
          ],
          queries: [
            {
              expression:
                "sum by (namespace, pod) (increase(kube_pod_container_status_restarts_total[1h])) > 0",
              legend: "{{namespace}}/{{pod}}",
            },
          ],
        },
      ],
    },
    {
      title: "etcd",
      panels: [
        {
          title: "Slowest of a hundred writes of its log",
          shows: "curve",
          unit: "s",
          hint: "Above 10 ms on a quiet cluster the disk is slow; above half a second leaders are lost.",
          queries: [
            {
              expression:
                "histogram_quantile(0.99, sum by (instance, le) (rate(etcd_disk_wal_fsync_duration_seconds_bucket[$__rate_interval])))",
              legend: "{{instance}}",
            },
          ],
        },
        {
          title: "Size of the database",
          shows: "curve",
          unit: "bytes",
          queries: [{ expression: "etcd_mvcc_db_total_size_in_bytes", legend: "{{instance}}" }],
        },
        {
          title: "Changes of the leader in an hour",
          shows: "curve",
          unit: "none",
          queries: [
            {
              expression: "increase(etcd_server_leader_changes_seen_total[1h])",
              legend: "{{instance}}",
            },
          ],
        },
      ],
    },
  ],
};
