import { type AlertGroup, alertGroups } from "../catalogue/alerts/all";
import { dashboards } from "../catalogue/dashboards/all";
import type { Dashboard } from "../catalogue/dashboards/types";
import type { AlertingSettings } from "../components/platform/alerting/alertmanagerConfig";
import type { Receiver } from "../components/platform/alerting/receiverConfigs";
import type { AlertSecrets } from "../components/platform/Monitoring";
import type { PlatformSettings } from "../components/platform/Platform";
import { appBackupDestination } from "../config/appBackupsSchema";
import type { Secrets } from "../config/load";
import type { ReceiverConfig } from "../config/monitoringSchema";
import { readReceiverSecrets } from "../config/receivers";
import type { Config } from "../config/schema";
import { secretAges } from "./secretAges";

function receiverOf(row: ReceiverConfig): Receiver {
  const { name, severities, auth = false, username, channel } = row;
  const common = { name, severities };
  const needed = <Value>(value: Value | undefined, field: string): Value => {
    if (value === undefined) throw new Error(`the rules let ${name} through without ${field}`);
    return value;
  };
  switch (row.type) {
    case "webhook":
    case "ntfy":
      return { ...common, type: row.type, auth };
    case "email":
      return {
        ...common,
        type: "email",
        to: needed(row.to, "to"),
        from: needed(row.from, "from"),
        smarthost: needed(row.smarthost, "smarthost"),
        username,
      };
    case "slack":
      return { ...common, type: "slack", channel };
    case "discord":
      return { ...common, type: "discord" };
    case "telegram":
      return { ...common, type: "telegram", chatId: needed(row.chatId, "chatId") };
  }
}

/** Who is told of alerts. */
export function alertingSettings({ platform: { monitoring } }: Config): AlertingSettings {
  return { receivers: monitoring.receivers.map(receiverOf), heartbeat: monitoring.heartbeat };
}

/** The alerts for what a stack has. */
export function stackAlerts(config: Config, settings: PlatformSettings): readonly AlertGroup[] {
  const ownHosts = config.cluster.source === "k3s";
  return alertGroups({
    ownHosts,
    snapshotHours: ownHosts ? config.k3s.snapshots.offHost?.alertAfterHours : undefined,
    configBackupHours:
      appBackupDestination(config) === undefined
        ? undefined
        : config.ops.appBackups.alertAfterHours,
    mediaNamespace: config.media.enabled ? config.media.namespace : undefined,
    metallb: settings.metallb !== undefined,
    traefik: settings.traefik !== undefined,
    certManager: settings.certManager !== undefined,
    logging: settings.alloy !== undefined,
    argoCd: settings.argoCd !== undefined,
    probes: config.ops.probes.enabled,
    secrets: secretAges(config),
  });
}

/** The dashboards for what a stack has. */
export function stackDashboards(config: Config, settings: PlatformSettings): readonly Dashboard[] {
  return dashboards({
    ingress: settings.traefik !== undefined,
    logging: settings.alloy !== undefined,
    mediaNamespace: config.media.enabled ? config.media.namespace : undefined,
  });
}

/** What Alertmanager's receivers are reached by. */
export function alertSecrets(
  secrets: Partial<Pick<Secrets, "alertReceivers" | "heartbeatUrl">>,
): AlertSecrets {
  const receivers = secrets.alertReceivers?.apply(readReceiverSecrets);
  return { receivers, heartbeatUrl: secrets.heartbeatUrl };
}
