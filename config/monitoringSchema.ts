import { z } from "zod";
import { dnsLabel, email, httpUrl, quantity, shown } from "./fields";
import type { Problem } from "./problems";
import { receiverFields, receiverKind, receiverTypes, severities } from "./receivers";

const smarthost = z
  .string()
  .regex(/^[A-Za-z0-9.-]+:\d{1,5}$/, {
    error: (issue) =>
      `${shown(issue.input)} is not a mail server with its port (such as smtp.example.org:587)`,
  })
  .meta({ expected: "a mail server with its port (such as smtp.example.org:587)" });

const duration = z
  .string()
  .regex(/^\d+[hdwy]$/, {
    error: (issue) => `${shown(issue.input)} is not a duration (such as 10d, 36h or 4w)`,
  })
  .meta({ expected: "a duration (such as 10d)" });

const receiver = z.strictObject({
  name: dnsLabel.describe("Its name; the secret `alertReceivers` has its entry under it."),
  type: z.enum(receiverTypes).describe("What alerts are sent by."),
  severities: z
    .array(z.enum(severities))
    .min(1)
    .default(["critical", "warning"])
    .describe("The alerts it gets."),
  to: email.optional().describe("E-mail: who gets it."),
  from: email.optional().describe("E-mail: whom it comes from."),
  smarthost: smarthost.optional().describe("E-mail: server and port; TLS is required."),
  username: z
    .string()
    .min(1)
    .optional()
    .describe("E-mail: user at that server; its secret is `password`."),
  chatId: z
    .number()
    .int()
    .optional()
    .describe("Telegram: number of the chat; groups are negative."),
  channel: z.string().min(1).optional().describe("Slack: another channel than the webhook's own."),
  auth: z.boolean().optional().describe("Webhook, ntfy: send the secret `token` as bearer token."),
});

/** `bramble:platform.monitoring`: metrics, alerts and dashboards. */
export const monitoring = z.strictObject({
  enabled: z.boolean().default(true).describe("Install this release."),
  storage: quantity
    .optional()
    .describe("Size of Prometheus' volume. Metrics stop growing at 85 % of it."),
  retention: duration.optional().describe("How long metrics are kept, such as `10d`."),
  receivers: z.array(receiver).default([]).describe("Who is told of alerts."),
  heartbeat: z
    .boolean()
    .default(false)
    .describe(
      "Send the alert that always fires to the secret `heartbeatUrl` every few minutes: a service outside tells you when it stops.",
    ),
  runbookBase: httpUrl
    .optional()
    .describe(
      "Web address of this repository's files, such as https://github.com/me/bramble/blob/main; runbook links begin with it.",
    ),
});

/** Settings of metrics and alerts. */
export type MonitoringConfig = z.output<typeof monitoring>;
/** One receiver. */
export type ReceiverConfig = MonitoringConfig["receivers"][number];

function problemsOfRow(row: ReceiverConfig, index: number, names: readonly string[]): Problem[] {
  const path = `platform.monitoring.receivers[${String(index)}]`;
  const kind = receiverKind(row.type);
  const known = [...kind.needs, ...kind.takes];
  const first = names.indexOf(row.name);
  return [
    ...(first === index
      ? []
      : [
          {
            path: `${path}.name`,
            message: `${row.name} is already the name of receivers[${String(first)}]: names must differ`,
          },
        ]),
    ...kind.needs
      .filter((field) => row[field] === undefined)
      .map((field) => ({
        path: `${path}.${field}`,
        message: `is missing: a receiver of type ${row.type} needs ${kind.needs.join(", ")}`,
      })),
    ...receiverFields
      .filter((field) => row[field] !== undefined && !known.includes(field))
      .map((field) => ({
        path: `${path}.${field}`,
        message: `is nothing that a receiver of type ${row.type} takes: remove it`,
      })),
  ];
}

/** What is wrong with the receivers. */
export function monitoringProblems({ receivers }: MonitoringConfig): Problem[] {
  const names = receivers.map(({ name }) => name);
  return receivers.flatMap((row, index) => problemsOfRow(row, index, names));
}

/** What is allowed and leaves alerts without anyone who hears them. */
export function monitoringWarnings({ enabled, receivers }: MonitoringConfig): Problem[] {
  if (!enabled) return [];
  const path = "platform.monitoring.receivers";
  if (receivers.length === 0) {
    const message =
      "nobody is told of alerts: they show in Alertmanager and Grafana only; list a receiver";
    return [{ path, message }];
  }
  return (["critical", "warning"] as const)
    .filter((severity) => !receivers.some((row) => row.severities.includes(severity)))
    .map((severity) => ({ path, message: `no receiver takes alerts of severity ${severity}` }));
}
