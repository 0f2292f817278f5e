import type { Output, Resource } from "@pulumi/pulumi";
import type { ClusterScope } from "../components/options";
import type { GivenMediaSecrets } from "../components/workload/MediaSecrets";
import { MediaStack } from "../components/workload/MediaStack";
import type { Config } from "../config/schema";

/** A deployed media app, for outputs and for the tables that commands print. */
export interface MediaAppHandle {
  readonly name: string;
  readonly wave: number;
  readonly port: number;
  /** The address the config asks for. */
  readonly requestedAddress: string | undefined;
  /** The address the cluster gave. */
  readonly assignedAddress: Output<string | undefined>;
}

/** What the rest of the program may use of the media stack. */
export interface MediaHandle {
  readonly namespace: string;
  readonly apps: readonly MediaAppHandle[];
  /** Done when every app is ready. */
  readonly ready: readonly Resource[];
}

/**
 * Deploys the media stack to any cluster, Bramble's own or an existing one.
 *
 * @param dependsOn what the apps need first: load balancer, storage class.
 * @returns its handle; `undefined` when the stack is turned off.
 */
export function media(
  config: Config,
  secrets: GivenMediaSecrets,
  cluster: ClusterScope,
  dependsOn: readonly Resource[],
): MediaHandle | undefined {
  if (!config.media.enabled) return undefined;
  const { provider, anchor } = cluster;
  const { apps } = new MediaStack("media", {
    media: config.media,
    secrets,
    scope: { provider, anchor, dependsOn },
  });
  return {
    namespace: config.media.namespace,
    apps: apps.map(({ settings: { row, address }, app }) => ({
      name: row.name,
      wave: row.wave,
      port: row.ports[0].number,
      requestedAddress: address,
      assignedAddress: app.assignedAddress,
    })),
    ready: apps.map(({ app }) => app.deployment),
  };
}
