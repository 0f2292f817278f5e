import type { AlertRow } from "./types";

/** A metric of exportarr, whichever app it is of. */
const ofAnyApp = (what: string, apps = "radarr|sonarr|lidarr"): string =>
  `{__name__=~"(${apps})_${what}"`;

/**
 * The media apps: what Kubernetes tells of them, and what they tell of themselves by exportarr.
 *
 * @param namespace where they run.
 * @see https://github.com/onedr0p/exportarr
 */
export function mediaAlerts(namespace: string): readonly AlertRow[] {
  const here = `namespace="${namespace}"`;
  return [
    {
      name: "BrambleMediaAppDown",
      expression: `max by (namespace, deployment) (kube_deployment_status_replicas_available{${here}}) == 0 and max by (namespace, deployment) (kube_deployment_spec_replicas{${here}}) > 0`,
      holds: "3m",
      severity: "critical",
      summary: "A media app is down.",
      description: "{{ $labels.deployment }} has had no ready pod for three minutes.",
    },
    {
      name: "BrambleMediaHealth",
      expression: `max by (job, source, message) (${ofAnyApp("system_health_issues", "radarr|sonarr|lidarr|prowlarr")},type="error"}) > 0`,
      holds: "30m",
      severity: "warning",
      summary: "A media app reports an error of its own.",
      description: "{{ $labels.job }}, {{ $labels.source }}: {{ $labels.message }}",
    },
    {
      name: "BrambleMediaQueueStuck",
      expression: `sum by (job) (${ofAnyApp("queue_total")},download_status=~"warning|error"}) > 0`,
      holds: "6h",
      severity: "warning",
      summary: "Downloads are stuck in a queue.",
      description: "{{ $labels.job }}: {{ $value | humanize }} for six hours.",
    },
    {
      name: "BrambleMediaIndexersDown",
      expression:
        "sum(prowlarr_indexer_unavailable) > 0 and sum(prowlarr_indexer_unavailable) >= sum(prowlarr_indexer_enabled_total)",
      holds: "1h",
      severity: "warning",
      summary: "None of Prowlarr's indexers answers.",
      description: "All {{ $value | humanize }} are unavailable.",
    },
    {
      name: "BrambleMediaLibraryFull",
      expression: `min by (job, path) (${ofAnyApp("rootfolder_freespace_bytes")}}) < 20e9`,
      holds: "30m",
      severity: "warning",
      summary: "The library is nearly full.",
      description: "{{ $labels.path }} has {{ $value | humanize1024 }}B left.",
    },
  ];
}
