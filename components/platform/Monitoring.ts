import * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random/randomPassword";
import { charts } from "../../catalogue/charts";
import { ChartRelease } from "../helm/ChartRelease";
import { inheritOptions } from "../options";
import { grafanaSecretName, type MonitoringSettings, monitoringValues } from "./monitoringValues";

/** Arguments of {@link Monitoring}. */
export interface MonitoringArgs {
  readonly settings: MonitoringSettings;
  readonly mirror?: string | undefined;
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
      { length: 24, special: false },
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
        ],
        mirror: args.mirror,
      },
      inheritOptions(this, opts),
    );
    this.registerOutputs({});
  }
}
