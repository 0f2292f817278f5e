import type { AlertRow } from "./types";

const day = 24 * 3600;

/** Certificates that cert-manager keeps. */
export const certificateAlerts: readonly AlertRow[] = [
  {
    name: "BrambleCertificateExpiring",
    expression: `min by (namespace, name) (certmanager_certificate_expiration_timestamp_seconds) - time() < ${String(10 * day)}`,
    holds: "1h",
    severity: "warning",
    summary: "A certificate is not renewed.",
    description:
      "{{ $labels.namespace }}/{{ $labels.name }} expires in {{ $value | humanizeDuration }}.",
  },
  {
    name: "BrambleCertificateNotReady",
    expression:
      'max by (namespace, name) (certmanager_certificate_ready_status{condition!="True"}) == 1',
    holds: "30m",
    severity: "warning",
    summary: "A certificate cannot be had.",
    description: "{{ $labels.namespace }}/{{ $labels.name }} has not been ready for half an hour.",
  },
];

/** Requests that come in through Traefik. */
export const ingressAlerts: readonly AlertRow[] = [
  {
    name: "BrambleIngressErrors",
    expression:
      'sum by (service) (rate(traefik_service_requests_total{code=~"5.."}[10m])) / sum by (service) (rate(traefik_service_requests_total[10m])) > 0.1 and sum by (service) (increase(traefik_service_requests_total{code=~"5.."}[10m])) > 10',
    holds: "5m",
    severity: "warning",
    summary: "An app answers many requests with an error.",
    description: "{{ $labels.service }}: {{ $value | humanizePercentage }} in ten minutes.",
  },
];

/** MetalLB's pools. */
export const addressAlerts: readonly AlertRow[] = [
  {
    name: "BrambleNoAddressLeft",
    expression:
      "max by (pool) (metallb_allocator_addresses_in_use_total) >= max by (pool) (metallb_allocator_addresses_total)",
    holds: "10m",
    severity: "warning",
    summary: "A pool of addresses is used up: the next Service gets none.",
    description: "Pool {{ $labels.pool }} has handed out all {{ $value | humanize }}.",
  },
  {
    name: "BrambleAddressConfigStale",
    expression: "max(metallb_k8s_client_config_stale_bool) == 1",
    holds: "10m",
    severity: "warning",
    summary: "MetalLB refuses its configuration and goes on with an old one.",
    description: "Look at the events of its pools.",
  },
];

/** Logs on their way from the nodes to Loki. */
export const loggingAlerts: readonly AlertRow[] = [
  {
    name: "BrambleLogsNotArriving",
    expression: "(sum(rate(loki_write_sent_entries_total[15m])) or vector(0)) == 0",
    holds: "15m",
    severity: "warning",
    summary: "No logs arrive at Loki.",
    description: "Alloy has sent nothing for a quarter of an hour, from any node.",
  },
  {
    name: "BrambleLogsLost",
    expression: "sum by (pod) (increase(loki_write_dropped_entries_total[15m])) > 0",
    holds: "5m",
    severity: "warning",
    summary: "Logs are lost on their way to Loki.",
    description: "{{ $labels.pod }} has dropped {{ $value | humanize }} lines in 15 minutes.",
  },
];

/** What Argo CD keeps. */
export const deliveryAlerts: readonly AlertRow[] = [
  {
    name: "BrambleApplicationOutOfSync",
    expression: 'max by (name, project) (argocd_app_info{sync_status="OutOfSync"}) == 1',
    holds: "30m",
    severity: "warning",
    summary: "An application is not as Git has it, and Argo CD does not mend it.",
    description: "{{ $labels.name }} of project {{ $labels.project }}.",
  },
  {
    name: "BrambleApplicationUnhealthy",
    expression:
      'max by (name, health_status) (argocd_app_info{health_status=~"Degraded|Missing|Unknown"}) == 1',
    holds: "15m",
    severity: "warning",
    summary: "An application that Argo CD delivers is not healthy.",
    description: "{{ $labels.name }} is {{ $labels.health_status }}.",
  },
];

/** Addresses that are called from inside the cluster. */
export const probeAlerts: readonly AlertRow[] = [
  {
    name: "BrambleAddressDown",
    expression: 'max by (app, instance) (probe_success{group!="network"}) == 0',
    holds: "2m",
    severity: "critical",
    summary: "Something does not answer at its address.",
    description: "{{ $labels.app }} at {{ $labels.instance }} for two minutes.",
  },
  {
    name: "BrambleNetworkDown",
    // Of the house's network: alerts that have to leave the house may not get out meanwhile.
    expression: 'max by (app, instance) (probe_success{group="network"}) == 0',
    holds: "5m",
    severity: "warning",
    summary: "A part of the network around the cluster does not answer.",
    description: "{{ $labels.app }} at {{ $labels.instance }} for five minutes.",
  },
  {
    name: "BrambleAddressSlow",
    expression:
      'max by (app, instance) (avg_over_time(probe_duration_seconds{group!="network"}[10m])) > 3',
    holds: "10m",
    severity: "warning",
    summary: "An app answers slowly at its address.",
    description: "{{ $labels.instance }} takes {{ $value | humanizeDuration }}.",
  },
  {
    name: "BrambleAddressCertificateExpiring",
    expression: `min by (app, instance) (probe_ssl_earliest_cert_expiry) - time() < ${String(7 * day)}`,
    holds: "1h",
    severity: "warning",
    summary: "An address shows a certificate that is about to expire.",
    description: "That of {{ $labels.instance }} is good for {{ $value | humanizeDuration }}.",
  },
];

/**
 * Jobs that copy the apps' configurations.
 *
 * @param hours age of the last success that is too old.
 */
export function configBackupAlerts(hours: number): readonly AlertRow[] {
  const last = 'kube_cronjob_status_last_successful_time{cronjob=~".*backup.*"}';
  return [
    {
      name: "BrambleConfigBackupTooOld",
      // Until its first success a job has no such time: then it counts from when it was made.
      expression: `time() - max by (namespace, cronjob) (${last} or kube_cronjob_created{cronjob=~".*backup.*"}) > ${String(hours * 3600)}`,
      holds: "10m",
      severity: "warning",
      summary: "The apps' configurations have no fresh backup.",
      description:
        "{{ $labels.namespace }}/{{ $labels.cronjob }} last succeeded {{ $value | humanizeDuration }} ago.",
    },
  ];
}
