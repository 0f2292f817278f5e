import { ConfigMap } from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random/randomPassword";
import { charts } from "../../catalogue/charts";
import type { Dashboard } from "../../catalogue/dashboards/types";
import { ChartRelease, type ReleaseSecret } from "../helm/ChartRelease";
import type { GuardSettings } from "../namespace/settings";
import { keepersOf } from "../keepers";
import { inheritOptions } from "../options";
import { dashboardConfigMap } from "./renderDashboard";
import {
  alertmanagerConfigSecret,
  alertmanagerFiles,
  secretKeys,
} from "./alerting/alertmanagerConfig";
import { receiverSecretName } from "./alerting/receiverConfigs";
import { grafanaSecretName, type MonitoringSettings, monitoringValues } from "./monitoringValues";

/** Arguments of {@link Monitoring}. */
export interface MonitoringArgs {
  readonly settings: MonitoringSettings;
  readonly mirror?: string | undefined;
  /** What keeps its namespace's pods from others and in bounds. */
  readonly guards?: GuardSettings | undefined;
  readonly alertSecrets?: AlertSecrets | undefined;
  readonly dashboards: readonly Dashboard[];
}

/** What Alertmanager reaches its receivers by. */
export interface AlertSecrets {
  /** URLs, tokens and passwords; secret. */
  readonly receivers?: pulumi.Output<ReceiverSecretValues> | undefined;
  /** What the heartbeat calls; secret. */
  readonly heartbeatUrl?: pulumi.Output<string> | undefined;
}

/** Secrets by receiver and by what they are. */
export type ReceiverSecretValues = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** What Alertmanager reads from files; a new value reaches it without a restart. */
function receiverSecretsOf(args: MonitoringArgs): ReleaseSecret[] {
  const keys = secretKeys(args.settings.alerting);
  if (keys.length === 0) return [];
  const { receivers, heartbeatUrl } = args.alertSecrets ?? {};
  const given = receivers ?? pulumi.secret<ReceiverSecretValues>({});
  const stringData = keys.map(({ key, receiver, what }) => [
    key,
    receiver === undefined
      ? (heartbeatUrl ?? pulumi.secret(""))
      : given.apply((values) => values[receiver]?.[what] ?? ""),
  ]);
  return [
    {
      name: receiverSecretName,
      stringData: Object.fromEntries(stringData) as Record<string, pulumi.Output<string>>,
    },
  ];
}

/** Prometheus, Alertmanager and Grafana, with a generated password for Grafana's admin. */
export class Monitoring extends pulumi.ComponentResource {
  readonly chart: ChartRelease;
  /** Password of Grafana's user `admin`; secret. */
  readonly adminPassword: pulumi.Output<string>;

  constructor(name: string, args: MonitoringArgs, opts: pulumi.ResourceOptions) {
    super("bramble:platform:Monitoring", name, {}, opts);
    this.adminPassword = new RandomPassword(
      `${name}-grafana-admin`,
      { length: 24, special: false, ...keepersOf(args.settings.passwordSince) },
      { parent: this },
    ).result;
    this.chart = new ChartRelease(
      name,
      {
        row: charts.kubePrometheusStack,
        values: monitoringValues(args.settings),
        secrets: [
          {
            name: grafanaSecretName,
            stringData: { "admin-user": "admin", "admin-password": this.adminPassword },
          },
          { name: alertmanagerConfigSecret, stringData: alertmanagerFiles(args.settings.alerting) },
          ...receiverSecretsOf(args),
        ],
        mirror: args.mirror,
        guards: args.guards,
      },
      inheritOptions(this, opts),
    );
    for (const dashboard of args.dashboards) {
      new ConfigMap(
        `dashboard-${dashboard.uid}`,
        dashboardConfigMap(dashboard),
        inheritOptions(this, opts, [this.chart.release]),
      );
    }
    this.registerOutputs({});
  }
}
