import type { AlertCase } from "./types";

const grafana = 'kube_namespace_created{namespace="monitoring",uid="1"}';

/** Ages of secrets. The series begin in 1970, and so does the radarrApiKey of the tested rules. */
export const secretsCases: readonly AlertCase[] = [
  {
    alert: "BrambleSecretOld",
    when: "a noted date is more than a year ago",
    every: "1d",
    series: { [grafana]: "864000x366" },
    at: "366d",
    fires: {
      labels: { secret: "radarrApiKey" },
      says: "radarrApiKey was due on 1971-01-01 00:00:00 +0000 UTC.",
    },
  },
  {
    alert: "BrambleSecretOld",
    when: "its namespace is older than a year and nobody noted a date",
    every: "1d",
    series: { [grafana]: "-864000x366" },
    at: "360d",
    fires: {
      labels: { secret: "grafanaPassword" },
      says: "grafanaPassword was due on 1970-12-22 00:00:00 +0000 UTC.",
    },
  },
  {
    alert: "BrambleSecretOld",
    when: "both are younger than a year",
    every: "1d",
    series: { [grafana]: "0x366" },
    at: "364d",
  },
];
