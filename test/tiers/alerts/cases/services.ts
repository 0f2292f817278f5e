import type { AlertCase } from "./types";

const certificate = { namespace: "media", name: "radarr" };
const certificateLabels = 'namespace="media",name="radarr"';

/** Parts of the platform. */
export const servicesCases: readonly AlertCase[] = [
  {
    alert: "BrambleCertificateExpiring",
    when: "five days are left",
    series: {
      [`certmanager_certificate_expiration_timestamp_seconds{${certificateLabels},pod="a"}`]: `${String(5 * 86400)}x120`,
    },
    at: "90m",
    fires: { labels: certificate, says: "media/radarr expires in 4d 22h 30m 0s." },
  },
  {
    alert: "BrambleCertificateExpiring",
    when: "a month is left",
    series: {
      [`certmanager_certificate_expiration_timestamp_seconds{${certificateLabels}}`]: `${String(30 * 86400)}x120`,
    },
    at: "90m",
  },
  {
    alert: "BrambleCertificateNotReady",
    when: "it has not been ready for long",
    series: {
      [`certmanager_certificate_ready_status{${certificateLabels},condition="False"}`]: "1x60",
      [`certmanager_certificate_ready_status{${certificateLabels},condition="True"}`]: "0x60",
    },
    at: "40m",
    fires: { labels: certificate, says: "media/radarr has not been ready for half an hour." },
  },
  {
    alert: "BrambleCertificateNotReady",
    when: "it is ready",
    series: {
      [`certmanager_certificate_ready_status{${certificateLabels},condition="False"}`]: "0x60",
      [`certmanager_certificate_ready_status{${certificateLabels},condition="True"}`]: "1x60",
    },
    at: "40m",
  },
  {
    alert: "BrambleIngressErrors",
    when: "every second answer is an error",
    series: {
      'traefik_service_requests_total{service="media-radarr@kubernetes",code="502"}': "0+30x30",
      'traefik_service_requests_total{service="media-radarr@kubernetes",code="200"}': "0+30x30",
    },
    at: "20m",
    fires: {
      labels: { service: "media-radarr@kubernetes" },
      says: "media-radarr@kubernetes: 50% in ten minutes.",
    },
  },
  {
    alert: "BrambleIngressErrors",
    when: "one of few requests failed",
    series: {
      'traefik_service_requests_total{service="a",code="502"}': "0x10 1x20",
      'traefik_service_requests_total{service="a",code="200"}': "0+0.1x30",
    },
    at: "20m",
  },
  {
    alert: "BrambleNoAddressLeft",
    when: "all are handed out",
    series: {
      'metallb_allocator_addresses_in_use_total{pool="lan"}': "9x20",
      'metallb_allocator_addresses_total{pool="lan"}': "9x20",
    },
    at: "15m",
    fires: { labels: { pool: "lan" }, says: "Pool lan has handed out all 9." },
  },
  {
    alert: "BrambleNoAddressLeft",
    when: "one is left",
    series: {
      'metallb_allocator_addresses_in_use_total{pool="lan"}': "8x20",
      'metallb_allocator_addresses_total{pool="lan"}': "9x20",
    },
    at: "15m",
  },
  {
    alert: "BrambleAddressConfigStale",
    when: "one speaker keeps an old configuration",
    series: {
      'metallb_k8s_client_config_stale_bool{pod="a"}': "0x20",
      'metallb_k8s_client_config_stale_bool{pod="b"}': "1x20",
    },
    at: "15m",
    fires: { says: "Look at the events of its pools." },
  },
  {
    alert: "BrambleAddressConfigStale",
    when: "all are up to date",
    series: { 'metallb_k8s_client_config_stale_bool{pod="a"}': "0x20" },
    at: "15m",
  },
  {
    alert: "BrambleLogsNotArriving",
    when: "nothing is sent any more",
    series: { 'loki_write_sent_entries_total{pod="alloy-1"}': "0+100x20 2000x60" },
    at: "75m",
    fires: { says: "Alloy has sent nothing for a quarter of an hour, from any node." },
  },
  {
    alert: "BrambleLogsNotArriving",
    when: "one node is enough",
    series: {
      'loki_write_sent_entries_total{pod="alloy-1"}': "0x80",
      'loki_write_sent_entries_total{pod="alloy-2"}': "0+100x80",
    },
    at: "75m",
  },
  {
    alert: "BrambleLogsLost",
    when: "lines are dropped",
    series: {
      'loki_write_dropped_entries_total{pod="alloy-1",reason="ingester_error"}': "0+2x60",
    },
    at: "30m",
    fires: {
      labels: { pod: "alloy-1" },
      says: "alloy-1 has dropped 30 lines in 15 minutes.",
    },
  },
  {
    alert: "BrambleLogsLost",
    when: "none are",
    series: { 'loki_write_dropped_entries_total{pod="alloy-1"}': "5x60" },
    at: "30m",
  },
  {
    alert: "BrambleApplicationOutOfSync",
    when: "it stays out of sync",
    series: {
      'argocd_app_info{name="media",project="home",sync_status="OutOfSync",health_status="Healthy"}':
        "1x60",
    },
    at: "40m",
    fires: {
      labels: { name: "media", project: "home" },
      says: "media of project home.",
    },
  },
  {
    alert: "BrambleApplicationOutOfSync",
    when: "it is synced",
    series: { 'argocd_app_info{name="media",project="home",sync_status="Synced"}': "1x60" },
    at: "40m",
  },
  {
    alert: "BrambleApplicationUnhealthy",
    when: "it is degraded",
    series: { 'argocd_app_info{name="media",health_status="Degraded"}': "1x60" },
    at: "20m",
    fires: { labels: { name: "media", health_status: "Degraded" }, says: "media is Degraded." },
  },
  {
    alert: "BrambleApplicationUnhealthy",
    when: "it is on its way",
    series: { 'argocd_app_info{name="media",health_status="Progressing"}': "1x60" },
    at: "20m",
  },
  {
    alert: "BrambleAddressDown",
    when: "it does not answer",
    series: {
      'probe_success{app="radarr",group="apps",instance="https://radarr.home",probe="radarr"}':
        "1x3 0x9",
    },
    at: "8m",
    fires: {
      labels: { app: "radarr", instance: "https://radarr.home" },
      says: "radarr at https://radarr.home for two minutes.",
    },
  },
  {
    alert: "BrambleAddressDown",
    when: "it missed one call",
    series: { 'probe_success{app="radarr",group="apps",instance="https://r"}': "1x3 0 1x9" },
    at: "5m",
  },
  {
    alert: "BrambleNetworkDown",
    when: "the router does not answer",
    series: { 'probe_success{app="gateway",group="network",instance="10.0.0.1"}': "1x3 0x15" },
    at: "12m",
    fires: {
      labels: { app: "gateway", instance: "10.0.0.1" },
      says: "gateway at 10.0.0.1 for five minutes.",
    },
  },
  {
    alert: "BrambleNetworkDown",
    when: "an app does not answer",
    series: { 'probe_success{app="radarr",group="apps",instance="https://r"}': "0x15" },
    at: "12m",
  },
  {
    alert: "BrambleAddressSlow",
    when: "it takes four seconds",
    series: { 'probe_duration_seconds{instance="https://radarr.home"}': "4x30" },
    at: "25m",
    fires: {
      labels: { instance: "https://radarr.home" },
      says: "https://radarr.home takes 4s.",
    },
  },
  {
    alert: "BrambleAddressSlow",
    when: "it takes one",
    series: { 'probe_duration_seconds{instance="https://radarr.home"}': "1x30" },
    at: "25m",
  },
  {
    alert: "BrambleAddressCertificateExpiring",
    when: "two days are left",
    series: {
      'probe_ssl_earliest_cert_expiry{instance="https://radarr.home"}': `${String(2 * 86400)}x90`,
    },
    at: "70m",
    fires: {
      labels: { instance: "https://radarr.home" },
      says: "That of https://radarr.home is good for 1d 22h 50m 0s.",
    },
  },
  {
    alert: "BrambleAddressCertificateExpiring",
    when: "two months are left",
    series: {
      'probe_ssl_earliest_cert_expiry{instance="https://radarr.home"}': `${String(60 * 86400)}x90`,
    },
    at: "70m",
  },
  {
    alert: "BrambleConfigBackupTooOld",
    when: "the last success is three days ago",
    every: "1h",
    series: {
      'kube_cronjob_status_last_successful_time{namespace="media",cronjob="config-backup"}': "0x96",
      'kube_cronjob_created{namespace="media",cronjob="config-backup"}': "0x96",
    },
    at: "72h",
    fires: {
      labels: { namespace: "media", cronjob: "config-backup" },
      says: "media/config-backup last succeeded 3d 0h 0m 0s ago.",
    },
  },
  {
    alert: "BrambleConfigBackupTooOld",
    when: "the job is new and has not run",
    every: "1h",
    series: {
      'kube_cronjob_created{namespace="media",cronjob="config-backup"}': "0x96",
    },
    at: "24h",
  },
];
