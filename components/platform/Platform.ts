import * as pulumi from "@pulumi/pulumi";
import { type ChartRow, charts } from "../../catalogue/charts";
import type { Dashboard } from "../../catalogue/dashboards/types";
import { ChartRelease, type ChartReleaseArgs } from "../helm/ChartRelease";
import { GateCredentials } from "../ingress/GateCredentials";
import { Routes } from "../ingress/Routes";
import type { IngressSettings, Route } from "../ingress/settings";
import type { GuardSettings } from "../namespace/settings";
import { childOptions, type ClusterScope } from "../options";
import { type AlloySettings, alloyValues } from "./alloyValues";
import { ArgoCd, type ArgoCdNotifications } from "./ArgoCd";
import type { ArgoCdSettings } from "./argoCdValues";
import { CertManager, type CertManagerSettings } from "./CertManager";
import { type CsiDriverNfsSettings, csiDriverNfsValues } from "./csiDriverNfsValues";
import { type LokiSettings, lokiValues } from "./lokiValues";
import { MetalLb, type MetalLbSettings } from "./MetalLb";
import { type AlertSecrets, Monitoring } from "./Monitoring";
import type { MonitoringSettings } from "./monitoringValues";
import { tracingNamespace, type TracingSettings } from "./jaeger";
import { Tracing } from "./Tracing";
import { type TraefikSettings, traefikValues } from "./traefikValues";

/** Settings of each release, by its key in the catalogue; a release without is not installed. */
export interface PlatformSettings {
  readonly traefik?: TraefikSettings | undefined;
  readonly metallb?: MetalLbSettings | undefined;
  readonly certManager?: CertManagerSettings | undefined;
  readonly kubePrometheusStack?: MonitoringSettings | undefined;
  readonly loki?: LokiSettings | undefined;
  readonly alloy?: AlloySettings | undefined;
  readonly argoCd?: ArgoCdSettings | undefined;
  readonly csiDriverNfs?: CsiDriverNfsSettings | undefined;
  /** The trace store, which no chart brings. */
  readonly tracing?: TracingSettings | undefined;
}

/** Arguments of {@link Platform}. */
export interface PlatformArgs {
  readonly settings: PlatformSettings;
  /** Where charts come from instead of their own repositories. */
  readonly mirror?: string | undefined;
  readonly cluster: ClusterScope;
  /** What must be up before anything is installed. */
  readonly ready: readonly pulumi.Resource[];
  /** What keeps each namespace's pods from others and in bounds. Default: nothing does. */
  readonly guards?: GuardSettings | undefined;
  /** What is served by name; unset without an ingress controller. */
  readonly ingress?: PlatformIngress | undefined;
  /** Token for the zone's DNS provider. */
  readonly dnsToken?: pulumi.Input<string> | undefined;
  /** What alerts are sent by. */
  readonly alertSecrets?: AlertSecrets | undefined;
  /** What Grafana shows beside the chart's own. */
  readonly dashboards?: readonly Dashboard[];
  /** Who Argo CD tells of syncs that fail. */
  readonly argoCdNotifications?: ArgoCdNotifications | undefined;
}

/** What the platform serves by name. */
export interface PlatformIngress {
  readonly settings: IngressSettings;
  readonly routes: readonly Route[];
  /** What stacks of apps serve under the same certificate. */
  readonly others: readonly Route[];
}

/** The platform's releases, each installed as early as what it needs allows. */
export class Platform extends pulumi.ComponentResource {
  readonly metallb: MetalLb | undefined;
  readonly csiDriverNfs: ChartRelease | undefined;
  readonly monitoring: Monitoring | undefined;
  readonly argoCd: ArgoCd | undefined;
  /** Who passes the gate; nobody where another server asks for credentials. */
  readonly gate: GateCredentials | undefined;
  /** Custom resources of the ingress are served once these are up. */
  readonly ingressReady: readonly pulumi.Resource[];

  constructor(name: string, args: PlatformArgs) {
    const {
      settings,
      mirror,
      guards,
      cluster,
      ready,
      ingress,
      dnsToken,
      alertSecrets,
      dashboards = [],
      argoCdNotifications,
    } = args;
    super("bramble:platform:Platform", name, {}, childOptions(undefined, cluster));

    const after = (...needs: (pulumi.Resource | undefined)[]): pulumi.ResourceOptions =>
      childOptions(this, {
        ...cluster,
        dependsOn: [...ready, ...needs.filter((need) => need !== undefined)],
      });
    const install = (
      row: ChartRow,
      values: ChartReleaseArgs["values"],
      ...needs: (pulumi.Resource | undefined)[]
    ): ChartRelease =>
      new ChartRelease(row.chart, { row, values, mirror, guards }, after(...needs));

    this.metallb =
      settings.metallb &&
      new MetalLb("metallb", { settings: settings.metallb, mirror, guards }, after());
    const traefik =
      settings.traefik && install(charts.traefik, traefikValues(settings.traefik), this.metallb);
    const certManager =
      settings.certManager &&
      new CertManager(
        "cert-manager",
        { settings: settings.certManager, mirror, guards, dnsToken },
        after(),
      );
    this.csiDriverNfs =
      settings.csiDriverNfs &&
      install(charts.csiDriverNfs, csiDriverNfsValues(settings.csiDriverNfs));
    this.monitoring =
      settings.kubePrometheusStack &&
      new Monitoring(
        "monitoring",
        { settings: settings.kubePrometheusStack, mirror, guards, alertSecrets, dashboards },
        after(),
      );
    const loki = settings.loki && install(charts.loki, lokiValues(settings.loki));
    if (settings.alloy) install(charts.alloy, alloyValues(settings.alloy), loki);
    const tracing = settings.tracing && new Tracing("tracing", settings.tracing, guards, after());
    this.argoCd =
      settings.argoCd &&
      new ArgoCd(
        "argocd",
        { settings: settings.argoCd, mirror, guards, notifications: argoCdNotifications },
        after(),
      );

    this.gate =
      ingress?.settings.gate.type === "basic"
        ? new GateCredentials("ingress-gate", ingress.settings.gate, after())
        : undefined;
    this.ingressReady = [traefik, certManager].filter((part) => part !== undefined);
    if (ingress !== undefined) {
      new Routes(
        "routes",
        {
          ...ingress,
          users: this.gate?.users,
          owners: new Map<string, pulumi.Resource>([
            ...(this.monitoring
              ? [[charts.kubePrometheusStack.namespace, this.monitoring] as const]
              : []),
            ...(this.argoCd ? [[charts.argoCd.namespace, this.argoCd] as const] : []),
            ...(tracing ? [[tracingNamespace, tracing] as const] : []),
          ]),
          ready: [...ready, ...this.ingressReady],
        },
        after(),
      );
    }
    this.registerOutputs({});
  }
}
