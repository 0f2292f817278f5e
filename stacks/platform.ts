import * as pulumi from "@pulumi/pulumi";
import { type ChartName, chartNames, type ChartRow, charts } from "../catalogue/charts";
import { ChartRelease, type ChartReleaseArgs } from "../components/helm/ChartRelease";
import { type ClusterScope, childOptions } from "../components/options";
import { alloyValues } from "../components/platform/alloyValues";
import { ArgoCd } from "../components/platform/ArgoCd";
import { CertManager } from "../components/platform/CertManager";
import {
  type CsiDriverNfsSettings,
  csiDriverNfsValues,
} from "../components/platform/csiDriverNfsValues";
import { type LokiSettings, lokiUrl, lokiValues } from "../components/platform/lokiValues";
import { MetalLb } from "../components/platform/MetalLb";
import { Monitoring } from "../components/platform/Monitoring";
import type { MonitoringSettings } from "../components/platform/monitoringValues";
import { type TraefikSettings, traefikValues } from "../components/platform/traefikValues";
import type { Config, NetworkConfig, PlatformConfig } from "../config/schema";

/** What the platform needs of a cluster. */
export interface PlatformCluster extends ClusterScope {
  /** What must be up before anything is installed. */
  readonly ready: readonly pulumi.Resource[];
  /** Addresses of our own k3s servers; empty on an existing cluster. */
  readonly serverAddresses: readonly string[];
  /** The host of this cluster that exports `storage.nfs.path`, when there is one. */
  readonly nfsServer?: string | undefined;
}

/** What later stacks and the operator get of the platform. */
export interface PlatformHandle {
  /** LoadBalancer Services get their addresses once this is up. */
  readonly loadBalancer: pulumi.Resource | undefined;
  /** Claims of class `nfs-client` bind once this is up. */
  readonly sharedStorage: pulumi.Resource | undefined;
  /** Every release, in the order of the catalogue. */
  readonly releases: readonly ChartRow[];
  /** Password of Grafana's user `admin`; secret. */
  readonly grafanaPassword: pulumi.Output<string> | undefined;
  /** Password of Argo CD's user `admin`; secret. */
  readonly argoCdPassword: pulumi.Output<string> | undefined;
}

/** The rows a configuration installs, in the order of the catalogue. */
export function enabledCharts({ platform, storage }: Config): ChartRow[] {
  const enabled: Record<ChartName, boolean> = {
    traefik: platform.traefik.enabled,
    metallb: platform.metallb.enabled,
    certManager: platform.certManager.enabled,
    kubePrometheusStack: platform.monitoring.enabled,
    loki: platform.logging.enabled,
    alloy: platform.logging.enabled,
    argoCd: platform.argocd.enabled,
    csiDriverNfs: storage.nfs !== undefined,
  };
  return chartNames.filter((name) => enabled[name]).map((name) => charts[name]);
}

/** Installs the platform's releases on a cluster, each as early as what it needs allows. */
export function platform(config: Config, cluster: PlatformCluster): PlatformHandle {
  const { platform: knobs, network } = config;
  const { mirror } = config.charts;
  const releases = enabledCharts(config);
  const enabled = (row: ChartRow): boolean => releases.includes(row);

  const parent = new pulumi.ComponentResource(
    "bramble:platform:Platform",
    "platform",
    {},
    childOptions(undefined, cluster),
  );
  const after = (...needs: (pulumi.Resource | undefined)[]): pulumi.ResourceOptions =>
    childOptions(parent, {
      ...cluster,
      dependsOn: [...cluster.ready, ...needs.filter((need) => need !== undefined)],
    });
  const install = (
    row: ChartRow,
    values: ChartReleaseArgs["values"],
    ...needs: (pulumi.Resource | undefined)[]
  ): ChartRelease => new ChartRelease(row.chart, { row, values, mirror }, after(...needs));

  const loadBalancer = enabled(charts.metallb)
    ? new MetalLb("metallb", { pools: network.pools, mirror }, after())
    : undefined;
  if (enabled(charts.traefik)) {
    install(charts.traefik, traefikValues(traefikSettings(network)), loadBalancer);
  }
  if (enabled(charts.certManager)) {
    new CertManager("cert-manager", { email: knobs.certManager.email, mirror }, after());
  }
  const nfs = nfsSettings(config, cluster);
  const sharedStorage = nfs && install(charts.csiDriverNfs, csiDriverNfsValues(nfs));
  const monitoring = enabled(charts.kubePrometheusStack)
    ? new Monitoring(
        "monitoring",
        { settings: monitoringSettings(config, cluster, releases), mirror },
        after(),
      )
    : undefined;
  if (enabled(charts.loki)) {
    const loki = install(charts.loki, lokiValues(lokiSettings(knobs)));
    install(charts.alloy, alloyValues({ lokiUrl }), loki);
  }
  const argoCd = enabled(charts.argoCd)
    ? new ArgoCd("argocd", { settings: { domain: `argocd.${network.domain}` }, mirror }, after())
    : undefined;

  return {
    loadBalancer,
    sharedStorage,
    releases,
    grafanaPassword: monitoring?.adminPassword,
    argoCdPassword: argoCd?.adminPassword,
  };
}

function traefikSettings(network: NetworkConfig): TraefikSettings {
  return {
    address: network.ingressAddress,
    loadBalancer: network.pools.length > 0 || network.ingressAddress !== undefined,
  };
}

function monitoringSettings(
  config: Config,
  cluster: PlatformCluster,
  releases: readonly ChartRow[],
): MonitoringSettings {
  const { monitoring, logging } = config.platform;
  return {
    retention: monitoring.retention ?? "10d",
    storage: monitoring.storage ?? "20Gi",
    etcdEndpoints: cluster.serverAddresses,
    lokiUrl: logging.enabled ? lokiUrl : undefined,
    scraped: releases,
  };
}

function lokiSettings({ logging }: PlatformConfig): LokiSettings {
  return { retention: logging.retention ?? "168h", storage: logging.storage ?? "10Gi" };
}

/**
 * The NFS export to use, if any.
 *
 * @throws when `storage.nfs` names neither a server nor a host that the cluster knows.
 */
function nfsSettings(
  { storage: { nfs } }: Config,
  cluster: PlatformCluster,
): CsiDriverNfsSettings | undefined {
  if (nfs === undefined) return undefined;
  const server = nfs.server ?? cluster.nfsServer;
  if (server === undefined) {
    throw new Error("bramble:storage.nfs: set `server`, or `host` to a host of this cluster");
  }
  return { server, path: nfs.path };
}
