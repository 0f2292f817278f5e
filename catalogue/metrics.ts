/**
 * The metrics that alerts and dashboards may name, by what exports them: a name that nothing
 * exports would be a rule that never fires and a panel that is always empty.
 */
export const exportedMetrics = {
  /** @see https://github.com/kubernetes/kube-state-metrics/tree/main/docs/metrics */
  kubeStateMetrics: [
    "kube_cronjob_created",
    "kube_cronjob_status_last_successful_time",
    "kube_deployment_spec_replicas",
    "kube_deployment_status_replicas_available",
    "kube_job_status_failed",
    "kube_namespace_created",
    "kube_node_spec_unschedulable",
    "kube_node_status_allocatable",
    "kube_node_status_condition",
    "kube_pod_container_resource_limits",
    "kube_pod_container_resource_requests",
    "kube_pod_container_status_last_terminated_reason",
    "kube_pod_container_status_restarts_total",
    "kube_pod_status_phase",
    "kube_pod_status_ready",
  ],
  /** @see https://github.com/prometheus/node_exporter#collectors */
  nodeExporter: [
    "node_boot_time_seconds",
    "node_cpu_seconds_total",
    "node_disk_io_time_seconds_total",
    "node_disk_write_time_seconds_total",
    "node_disk_writes_completed_total",
    "node_disk_written_bytes_total",
    "node_filesystem_avail_bytes",
    "node_filesystem_readonly",
    "node_filesystem_size_bytes",
    "node_hwmon_temp_celsius",
    "node_load5",
    "node_memory_MemAvailable_bytes",
    "node_memory_MemTotal_bytes",
    "node_network_receive_bytes_total",
    "node_network_transmit_bytes_total",
    "node_textfile_mtime_seconds",
    "node_timex_offset_seconds",
    "node_uname_info",
  ],
  /** The kubelet's figures of containers. @see https://github.com/google/cadvisor/blob/master/docs/storage/prometheus.md */
  cadvisor: [
    "container_cpu_usage_seconds_total",
    "container_memory_working_set_bytes",
    "container_network_receive_bytes_total",
    "container_network_transmit_bytes_total",
  ],
  /** @see https://etcd.io/docs/v3.6/metrics/etcd-metrics-latest.txt */
  etcd: [
    "etcd_disk_wal_fsync_duration_seconds_bucket",
    "etcd_mvcc_db_total_size_in_bytes",
    "etcd_server_has_leader",
    "etcd_server_leader_changes_seen_total",
  ],
  /** host-metrics.sh and k3s-snapshot.sh, by node-exporter. */
  bramble: [
    "bramble_disk_life_used_ratio",
    "bramble_k3s_certificate_expiry_timestamp_seconds",
    "bramble_pi_condition",
    "bramble_pi_condition_since_boot",
    "bramble_reboot_required",
    "bramble_snapshot_bytes",
    "bramble_snapshot_last_success_timestamp_seconds",
  ],
  /** @see https://cert-manager.io/docs/devops-tips/prometheus-metrics/ */
  certManager: [
    "certmanager_certificate_expiration_timestamp_seconds",
    "certmanager_certificate_ready_status",
  ],
  /** @see https://doc.traefik.io/traefik/reference/install-configuration/observability/metrics/ */
  traefik: [
    "traefik_entrypoint_requests_total",
    "traefik_open_connections",
    "traefik_service_request_duration_seconds_bucket",
    "traefik_service_requests_total",
  ],
  /** @see https://metallb.io/prometheus-metrics/ */
  metallb: [
    "metallb_allocator_addresses_in_use_total",
    "metallb_allocator_addresses_total",
    "metallb_k8s_client_config_stale_bool",
  ],
  /** @see https://grafana.com/docs/alloy/latest/reference/components/loki/loki.write/ */
  alloy: [
    "loki_write_dropped_entries_total",
    "loki_write_sent_bytes_total",
    "loki_write_sent_entries_total",
  ],
  /** @see https://argo-cd.readthedocs.io/en/stable/operator-manual/metrics/ */
  argoCd: ["argocd_app_info"],
  /** Those that `renderProbe` keeps. @see https://github.com/prometheus/blackbox_exporter */
  blackbox: ["probe_duration_seconds", "probe_ssl_earliest_cert_expiry", "probe_success"],
  /** @see https://github.com/onedr0p/exportarr */
  exportarr: [
    "lidarr_albums_missing_total",
    "lidarr_queue_total",
    "lidarr_rootfolder_freespace_bytes",
    "lidarr_system_health_issues",
    "prowlarr_indexer_enabled_total",
    "prowlarr_indexer_unavailable",
    "prowlarr_system_health_issues",
    "radarr_movie_missing_total",
    "radarr_queue_total",
    "radarr_rootfolder_freespace_bytes",
    "radarr_system_health_issues",
    "sabnzbd_queue_length",
    "sabnzbd_speed_bps",
    "sonarr_episode_missing_total",
    "sonarr_queue_total",
    "sonarr_rootfolder_freespace_bytes",
    "sonarr_system_health_issues",
  ],
  /** @see https://github.com/martabal/qbittorrent-exporter */
  qbittorrentExporter: ["qbittorrent_global_download_speed_bytes"],
  /** Prometheus itself. */
  prometheus: ["ALERTS"],
} as const satisfies Record<string, readonly string[]>;
