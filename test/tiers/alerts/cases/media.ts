import type { AlertCase } from "./types";

const day = 24 * 12;
const mib = 1048576;

/** Media apps. */
export const mediaCases: readonly AlertCase[] = [
  {
    alert: "BrambleMediaAppDown",
    when: "it has no ready pod",
    series: {
      'kube_deployment_status_replicas_available{namespace="media",deployment="plex"}': "1 0x9",
      'kube_deployment_spec_replicas{namespace="media",deployment="plex"}': "1x9",
    },
    at: "6m",
    fires: {
      labels: { namespace: "media", deployment: "plex" },
      says: "plex has had no ready pod for three minutes.",
    },
  },
  {
    alert: "BrambleMediaAppDown",
    when: "it was scaled to none",
    series: {
      'kube_deployment_status_replicas_available{namespace="media",deployment="plex"}': "0x9",
      'kube_deployment_spec_replicas{namespace="media",deployment="plex"}': "0x9",
    },
    at: "6m",
  },
  {
    alert: "BrambleMediaHealth",
    when: "Radarr reports an error",
    series: {
      'radarr_system_health_issues{job="radarr",source="RootFolderCheck",type="error",message="Missing root folder: /media"}':
        "1x60",
    },
    at: "40m",
    fires: {
      labels: {
        ...{ job: "radarr", source: "RootFolderCheck" },
        message: "Missing root folder: /media",
      },
      says: "radarr, RootFolderCheck: Missing root folder: /media",
    },
  },
  {
    alert: "BrambleMediaHealth",
    when: "it is a notice",
    series: {
      'sonarr_system_health_issues{job="sonarr",source="UpdateCheck",type="notice",message="new"}':
        "1x60",
    },
    at: "40m",
  },
  {
    alert: "BrambleMediaQueueStuck",
    when: "two downloads fail for hours",
    every: "5m",
    series: {
      'sonarr_queue_total{job="sonarr",status="completed",download_status="warning",download_state="importBlocked"}': `2x${String(day)}`,
    },
    at: "7h",
    fires: { labels: { job: "sonarr" }, says: "sonarr: 2 for six hours." },
  },
  {
    alert: "BrambleMediaQueueStuck",
    when: "they run",
    every: "5m",
    series: {
      'sonarr_queue_total{job="sonarr",status="downloading",download_status="ok",download_state="downloading"}': `2x${String(day)}`,
    },
    at: "7h",
  },
  {
    alert: "BrambleMediaIndexersDown",
    when: "all two are away",
    series: {
      'prowlarr_indexer_unavailable{indexer="a"}': "1x120",
      'prowlarr_indexer_unavailable{indexer="b"}': "1x120",
      prowlarr_indexer_enabled_total: "2x120",
    },
    at: "90m",
    fires: { says: "All 2 are unavailable." },
  },
  {
    alert: "BrambleMediaIndexersDown",
    when: "one is away",
    series: {
      'prowlarr_indexer_unavailable{indexer="a"}': "1x120",
      prowlarr_indexer_enabled_total: "2x120",
    },
    at: "90m",
  },
  {
    alert: "BrambleMediaLibraryFull",
    when: "10 GiB are left",
    series: {
      'radarr_rootfolder_freespace_bytes{job="radarr",path="/media/movies"}': `${String(10240 * mib)}x60`,
    },
    at: "40m",
    fires: {
      labels: { job: "radarr", path: "/media/movies" },
      says: "/media/movies has 10GiB left.",
    },
  },
  {
    alert: "BrambleMediaLibraryFull",
    when: "a terabyte is left",
    series: {
      'radarr_rootfolder_freespace_bytes{job="radarr",path="/media/movies"}': "1e12x60",
    },
    at: "40m",
  },
];
