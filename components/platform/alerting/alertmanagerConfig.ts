import { readFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import {
  type Receiver,
  receiverSecrets,
  renderReceiver,
  type RoutedSeverity,
  secretKey,
  secretPath,
} from "./receiverConfigs";

/** What Alertmanager's configuration depends on. */
export interface AlertingSettings {
  readonly receivers: readonly Receiver[];
  /** Whether the alert that always fires is sent to a service outside. */
  readonly heartbeat: boolean;
}

/** Name of the Secret with Alertmanager's configuration and templates; none of them is secret. */
export const alertmanagerConfigSecret = "alertmanager-config";

/** File name of the message templates in that Secret. */
export const templateFile = "bramble.tmpl";

/** Where the operator mounts the configuration's Secret. */
const configDirectory = "/etc/alertmanager/config";

/** Key of the heartbeat's URL; no receiver's name has a dot. */
const heartbeatKey = "heartbeat.url";

/** The receiver without anyone behind it. */
const nobody = "nobody";

/**
 * How alerts of a severity travel. `group_wait` gathers what fails together, `group_interval` is the
 * least time between two messages of one group, `repeat_interval` is when an unmended one is told
 * again. A critical alert has to arrive within five minutes, so it waits for next to nothing.
 */
const routes = {
  critical: { group_wait: "10s", group_interval: "1m", repeat_interval: "4h" },
  warning: { group_wait: "1m", group_interval: "10m", repeat_interval: "24h" },
  info: { group_wait: "5m", group_interval: "1h", repeat_interval: "168h" },
} as const satisfies Record<RoutedSeverity, object>;

const routedSeverities = Object.keys(routes) as RoutedSeverity[];

/** Alerts that a lost node makes fire by itself. */
const wakeOfLostNode =
  "KubeNodeNotReady|KubeNodeUnreachable|KubeNodeReadinessFlapping|TargetDown|KubeDaemonSetRolloutStuck";

/** Who is silent while another speaks. */
const inhibitions = [
  {
    source_matchers: ['severity="critical"'],
    target_matchers: ['severity=~"warning|info"'],
    equal: ["namespace", "alertname"],
  },
  {
    source_matchers: ['severity="warning"'],
    target_matchers: ['severity="info"'],
    equal: ["namespace", "alertname"],
  },
  {
    source_matchers: ['alertname="InfoInhibitor"'],
    target_matchers: ['severity="info"'],
    equal: ["namespace"],
  },
  {
    source_matchers: ['alertname="BrambleNodeDown"'],
    target_matchers: [`alertname=~"${wakeOfLostNode}"`],
  },
];

function heartbeatReceiver() {
  return {
    name: "heartbeat",
    webhook_configs: [{ url_file: secretPath(heartbeatKey), send_resolved: false, max_alerts: 1 }],
  };
}

/** Every receiver of a severity in one, so that one alert is one group for all of them. */
function severityReceiver(severity: RoutedSeverity, receivers: readonly Receiver[]) {
  const notifiers: Record<string, unknown[]> = {};
  for (const row of receivers) {
    for (const [kind, configs] of Object.entries(renderReceiver(row, severity))) {
      (notifiers[kind] ??= []).push(...configs);
    }
  }
  return { name: severity, ...notifiers };
}

/**
 * Alertmanager's configuration, without any secret: URLs, tokens and passwords are files that the
 * operator mounts.
 *
 * @see https://prometheus.io/docs/alerting/latest/configuration/
 */
export function alertmanagerConfig({ receivers, heartbeat }: AlertingSettings) {
  const served = routedSeverities.filter((severity) =>
    receivers.some((row) => row.severities.includes(severity)),
  );
  return {
    global: { resolve_timeout: "5m" },
    templates: [`${configDirectory}/*.tmpl`],
    route: {
      receiver: nobody,
      group_by: ["alertname", "namespace", "cluster"],
      group_wait: "30s",
      group_interval: "5m",
      repeat_interval: "24h",
      routes: [
        {
          receiver: heartbeat ? "heartbeat" : nobody,
          matchers: ['alertname="Watchdog"'],
          // A repetition is looked at only once in a group interval.
          group_wait: "0s",
          group_interval: "1m",
          repeat_interval: "2m",
        },
        { receiver: nobody, matchers: ['alertname="InfoInhibitor"'] },
        ...served.map((severity) => ({
          receiver: severity,
          matchers: [`severity="${severity}"`],
          ...routes[severity],
        })),
      ],
    },
    inhibit_rules: inhibitions,
    receivers: [
      { name: nobody },
      ...(heartbeat ? [heartbeatReceiver()] : []),
      ...served.map((severity) =>
        severityReceiver(
          severity,
          receivers.filter((row) => row.severities.includes(severity)),
        ),
      ),
    ],
  };
}

/** One secret that Alertmanager reads from a file. */
export interface SecretKey {
  /** Key in the Secret of the receivers. */
  readonly key: string;
  /** Whose it is; the heartbeat's when undefined. */
  readonly receiver?: string;
  readonly what: "url" | "token" | "password";
}

/** Every secret that the configuration names a file for. */
export function secretKeys({ receivers, heartbeat }: AlertingSettings): SecretKey[] {
  const all = receivers.flatMap((row) =>
    receiverSecrets(row).map((what) => ({
      ...{ key: secretKey(row.name, what), receiver: row.name, what },
    })),
  );
  return heartbeat ? [...all, { key: heartbeatKey, what: "url" }] : all;
}

/** The files of the Secret {@link alertmanagerConfigSecret}. */
export function alertmanagerFiles(settings: AlertingSettings): Record<string, string> {
  return {
    "alertmanager.yaml": stringify(alertmanagerConfig(settings), { lineWidth: 0 }),
    [templateFile]: readFileSync(join(__dirname, templateFile), "utf8"),
  };
}
