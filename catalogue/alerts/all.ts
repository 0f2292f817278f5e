import { hostAlerts, ownHostAlerts } from "./hosts";
import { mediaAlerts } from "./media";
import {
  addressAlerts,
  certificateAlerts,
  configBackupAlerts,
  deliveryAlerts,
  ingressAlerts,
  loggingAlerts,
  probeAlerts,
} from "./services";
import { type SecretAge, secretAlerts } from "./secrets";
import { snapshotAlerts } from "./snapshots";
import type { AlertRow } from "./types";
import { workloadAlerts } from "./workloads";

/** What there is to watch. */
export interface Watched {
  /** Whether hosts are Bramble's own, with its script on them. */
  readonly ownHosts: boolean;
  /** Age in hours at which a copy of a snapshot is too old, when copies are made. */
  readonly snapshotHours?: number | undefined;
  /** Age in hours at which a backup of the apps' configurations is too old, when they are made. */
  readonly configBackupHours?: number | undefined;
  /** Namespace of the media stack, when there is one. */
  readonly mediaNamespace?: string | undefined;
  readonly metallb: boolean;
  readonly traefik: boolean;
  readonly certManager: boolean;
  readonly logging: boolean;
  readonly argoCd: boolean;
  readonly probes: boolean;
  /** Secrets whose age is known here. */
  readonly secrets: readonly SecretAge[];
}

/** One group of rules, by name. */
export interface AlertGroup {
  readonly name: string;
  readonly alerts: readonly AlertRow[];
}

/** The groups of alerts for what a stack has; a rule about what is not there would never be right. */
export function alertGroups(watched: Watched): readonly AlertGroup[] {
  const { snapshotHours, configBackupHours, mediaNamespace } = watched;
  const groups: readonly (readonly [name: string, wanted: boolean, alerts: readonly AlertRow[]])[] =
    [
      ["hosts", true, hostAlerts],
      ["own-hosts", watched.ownHosts, ownHostAlerts],
      ["snapshots", snapshotHours !== undefined, snapshotAlerts(snapshotHours ?? 0)],
      ["workloads", true, workloadAlerts],
      ["addresses", watched.metallb, addressAlerts],
      ["ingress", watched.traefik, ingressAlerts],
      ["certificates", watched.certManager, certificateAlerts],
      ["logging", watched.logging, loggingAlerts],
      ["delivery", watched.argoCd, deliveryAlerts],
      ["probes", watched.probes, probeAlerts],
      [
        "config-backups",
        configBackupHours !== undefined,
        configBackupAlerts(configBackupHours ?? 0),
      ],
      ["secrets", watched.secrets.length > 0, secretAlerts(watched.secrets)],
      ["media", mediaNamespace !== undefined, mediaAlerts(mediaNamespace ?? "")],
    ];
  return groups
    .filter(([, wanted]) => wanted)
    .map(([name, , alerts]) => ({ name: `bramble-${name}`, alerts }));
}
