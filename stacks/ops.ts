import type { Resource } from "@pulumi/pulumi";
import type { Endpoint } from "../components/ops/endpoint";
import { endpoints, type ServedName } from "../components/ops/endpoints";
import { Ops } from "../components/ops/Ops";
import { statusPageRoute } from "../components/ops/statusPage";
import { routeUrl } from "../components/ingress/settings";
import { childOptions, type ClusterScope } from "../components/options";
import type { Config } from "../config/schema";
import type { PlatformHandle } from "./platform";

/** What watching needs of a cluster. */
export interface OpsCluster extends ClusterScope {
  readonly ready: readonly Resource[];
  /** The host of this cluster that exports `storage.nfs.path`, when there is one. */
  readonly nfsServer?: string | undefined;
}

/** What it needs of the platform. */
export type OpsPlatform = Pick<
  PlatformHandle,
  "monitoring" | "loadBalancer" | "ingress" | "guards" | "urls"
>;

/** What the rest of the program may use of it. */
export interface OpsHandle {
  /** Where each web interface of it is found, by its name. */
  readonly urls: Readonly<Record<string, string>>;
}

function servedNames(urls: OpsPlatform["urls"]): ServedName[] {
  return Object.entries(urls).map(([host, url]) => {
    const { hostname, pathname } = new URL(url);
    return { host, hostName: hostname, path: pathname };
  });
}

/** Everything of a stack that is looked at, in the order of the status page. */
export function stackEndpoints(
  config: Config,
  nfsServer: string | undefined,
  urls: OpsPlatform["urls"],
): Endpoint[] {
  return endpoints({
    config,
    served: servedNames(urls),
    nfsServer: config.storage.nfs?.server ?? nfsServer,
  });
}

/** Watches what the stack serves, from where its users stand. */
export function ops(config: Config, cluster: OpsCluster, base: OpsPlatform): OpsHandle {
  const { probes, statusPage } = config.ops;
  const { provider, anchor, ready, nfsServer } = cluster;
  const probed = probes.enabled && base.monitoring !== undefined;
  if (!probed && !statusPage.enabled) return { urls: {} };
  const needs = [...ready, base.loadBalancer].filter((need) => need !== undefined);
  new Ops(
    "ops",
    {
      endpoints: stackEndpoints(config, nfsServer, base.urls),
      guards: base.guards,
      monitoring: probed ? base.monitoring : undefined,
      statusPage: statusPage.enabled
        ? {
            title: config.cluster.name,
            address: statusPage.address,
            ingress: base.ingress,
          }
        : undefined,
    },
    childOptions(undefined, { provider, anchor, dependsOn: needs }),
  );
  return statusPage.enabled && base.ingress !== undefined
    ? { urls: { [statusPageRoute.host]: routeUrl(statusPageRoute, base.ingress.settings) } }
    : { urls: {} };
}
