import type { Output, Resource } from "@pulumi/pulumi";
import { type ChartRow, chartNames, charts } from "../catalogue/charts";
import type { ClusterScope } from "../components/options";
import type { ArgoCdSettings } from "../components/platform/argoCdValues";
import type { CsiDriverNfsSettings } from "../components/platform/csiDriverNfsValues";
import { jaegerScrape, tracingAddresses, tracingNamespace } from "../components/platform/jaeger";
import { lokiUrl } from "../components/platform/lokiValues";
import type { MonitoringSettings } from "../components/platform/monitoringValues";
import type { GuardSettings } from "../components/namespace/settings";
import { opsNamespace } from "../components/ops/blackbox";
import { Platform, type PlatformSettings } from "../components/platform/Platform";
import type { Secrets } from "../config/load";
import { localPath } from "../config/localPath";
import type { Config } from "../config/schema";
import { alertingSettings, alertSecrets, stackAlerts, stackDashboards } from "./alerting";
import { guardSettings } from "./guards";
import {
  type IngressHandle,
  ingressSettings,
  mediaRoutes,
  opsRoutes,
  platformRoutes,
  urlsOf,
} from "./ingress";

/** What the platform needs of a cluster. */
export interface PlatformCluster extends ClusterScope {
  /** What must be up before anything is installed. */
  readonly ready: readonly Resource[];
  /** Addresses of our own k3s servers; empty on an existing cluster. */
  readonly serverAddresses: readonly string[];
  /** The host of this cluster that exports `storage.nfs.path`, when there is one. */
  readonly nfsServer?: string | undefined;
}

/** What the rest of the program may use of the platform. */
export interface PlatformHandle {
  /** Prometheus takes probes and rules of others once this is up. */
  readonly monitoring: Resource | undefined;
  /** LoadBalancer Services get their addresses once this is up. */
  readonly loadBalancer: Resource | undefined;
  /** Claims of class `nfs-client` bind once this is up. */
  readonly sharedStorage: Resource | undefined;
  /** What is installed, in the order of the catalogue. */
  readonly releases: readonly ChartRow[];
  /** Password of Grafana's user `admin`; secret. */
  readonly grafanaPassword: Output<string> | undefined;
  /** Argo CD takes Applications once this is up. */
  readonly argoCd: Resource | undefined;
  /** Password of Argo CD's user `admin`; secret. */
  readonly argoCdPassword: Output<string> | undefined;
  /** How stacks of apps are served by name; `undefined` without an ingress controller. */
  readonly ingress: IngressHandle | undefined;
  /** What keeps each namespace's pods from others and in bounds. */
  readonly guards: GuardSettings;
  /** Where each web interface is found, by its name. */
  readonly urls: Readonly<Record<string, string>>;
  /** Password of the gate's user; secret. */
  readonly ingressPassword: Output<string> | undefined;
}

/** The secrets that the platform may be given. */
export type PlatformSecrets = Partial<
  Pick<
    Secrets,
    | "cloudflareApiToken"
    | "alertReceivers"
    | "heartbeatUrl"
    | "gitopsNotificationUrl"
    | "gitopsNotificationToken"
  >
>;

/** Installs the platform on a cluster, Bramble's own or an existing one. */
export function platform(
  config: Config,
  cluster: PlatformCluster,
  secrets: PlatformSecrets = {},
): PlatformHandle {
  const { provider, anchor, ready } = cluster;
  const settings = platformSettings(config, cluster, secrets);
  const served = ingressSettings(config);
  const own = platformRoutes(settings);
  const others = [...mediaRoutes(config), ...opsRoutes(config)];
  const guards = guardSettings(config, {
    namespaces: new Set([
      ...releasesOf(settings).map(({ namespace }) => namespace),
      ...[...own, ...others].map(({ namespace }) => namespace),
      ...(settings.tracing ? [tracingNamespace] : []),
      opsNamespace,
    ]),
    ingress: served,
    routes: served === undefined ? [] : [...own, ...others],
    apiServers: cluster.serverAddresses,
  });
  const installed = new Platform("platform", {
    settings,
    mirror: config.charts.mirror && localPath(config.charts.mirror),
    guards,
    cluster: { provider, anchor },
    ready,
    ingress: served && { settings: served, routes: own, others },
    dnsToken: secrets.cloudflareApiToken,
    alertSecrets: alertSecrets(secrets),
    dashboards: stackDashboards(config, settings),
    argoCdNotifications: {
      url: secrets.gitopsNotificationUrl,
      token: secrets.gitopsNotificationToken,
    },
  });
  return {
    monitoring: installed.monitoring,
    loadBalancer: installed.metallb,
    sharedStorage: installed.csiDriverNfs,
    releases: releasesOf(settings),
    grafanaPassword: installed.monitoring?.adminPassword,
    argoCd: installed.argoCd,
    argoCdPassword: installed.argoCd?.adminPassword,
    ingress: served && {
      settings: served,
      users: installed.gate?.users,
      ready: installed.ingressReady,
    },
    guards,
    urls: served === undefined ? {} : urlsOf([...own, ...others], served),
    ingressPassword: installed.gate?.password,
  };
}

/**
 * Which releases a configuration wants, and with which settings.
 *
 * @throws when `storage.nfs` names neither a server nor a host that the cluster knows.
 */
export function platformSettings(
  config: Config,
  cluster: Pick<PlatformCluster, "serverAddresses" | "nfsServer">,
  secrets: PlatformSecrets = {},
): PlatformSettings {
  const { network, platform: knobs } = config;
  const { monitoring, logging, tracing } = knobs;
  const settings: PlatformSettings = {
    traefik: knobs.traefik.enabled
      ? {
          address: network.ingressAddress,
          replicas: knobs.traefik.replicas,
          loadBalancer: network.pools.length > 0 || network.ingressAddress !== undefined,
        }
      : undefined,
    metallb: knobs.metallb.enabled ? { pools: network.pools } : undefined,
    certManager: knobs.certManager.enabled ? knobs.certManager : undefined,
    loki: logging.enabled ? logging : undefined,
    alloy: logging.enabled ? { lokiUrl, journal: config.cluster.source === "k3s" } : undefined,
    tracing: tracing.enabled ? tracing : undefined,
    argoCd: knobs.argocd.enabled ? argoCdSettings(config, secrets) : undefined,
    csiDriverNfs: nfsSettings(config, cluster.nfsServer),
  };
  if (!monitoring.enabled) return settings;
  return {
    ...settings,
    kubePrometheusStack: {
      retention: monitoring.retention ?? "10d",
      storage: monitoring.storage ?? "20Gi",
      passwordSince: config.secrets.rotated.grafanaPassword,
      etcdEndpoints: cluster.serverAddresses,
      lokiUrl: settings.alloy?.lokiUrl,
      tracesUrl: settings.tracing && tracingAddresses.query,
      scrapedServices: settings.tracing === undefined ? [] : [jaegerScrape],
      scraped: releasesOf(settings),
      urls: monitoringUrls(config),
      ownHosts: config.cluster.source === "k3s",
      cluster: config.cluster.name,
      alerts: stackAlerts(config, settings),
      alerting: alertingSettings(config),
      runbookBase: monitoring.runbookBase,
    },
  };
}

/** Where people find what monitoring shows, if it is served by name. */
function monitoringUrls(config: Config): MonitoringSettings["urls"] {
  const served = ingressSettings(config);
  const url = (host: string): string => `https://${host}.${config.network.domain}/`;
  return (
    served && {
      grafana: url("grafana"),
      prometheus: url("prometheus"),
      alertmanager: url("alertmanager"),
    }
  );
}

function argoCdSettings(config: Config, secrets: PlatformSecrets): ArgoCdSettings {
  const { network, delivery } = config;
  const { by, knownHosts, notifications } = delivery;
  const told = by === "argocd" && notifications !== "none";
  return {
    domain: `argocd.${network.domain}`,
    passwordSince: config.secrets.rotated.argoCdPassword,
    knownHosts,
    notify: told
      ? { kind: notifications, token: secrets.gitopsNotificationToken !== undefined }
      : undefined,
  };
}

function releasesOf(settings: PlatformSettings): ChartRow[] {
  return chartNames.filter((name) => settings[name] !== undefined).map((name) => charts[name]);
}

function nfsSettings(
  { storage: { nfs } }: Config,
  nfsServer: string | undefined,
): CsiDriverNfsSettings | undefined {
  if (nfs === undefined) return undefined;
  const server = nfs.server ?? nfsServer;
  if (server === undefined) {
    throw new Error("bramble:storage.nfs: set `server`, or `host` to a host of this cluster");
  }
  return { server, path: nfs.path };
}
