import { type Output, output, type Resource } from "@pulumi/pulumi";
import type { ClusterScope } from "../components/options";
import type { GivenMediaSecrets } from "../components/workload/MediaSecrets";
import { mediaAppSettings } from "../components/workload/mediaSettings";
import { MediaStack } from "../components/workload/MediaStack";
import type { Config } from "../config/schema";
import type { IngressHandle } from "./ingress";

/** A deployed media app, for outputs and for the tables that commands print. */
export interface MediaAppHandle {
  readonly name: string;
  readonly wave: number;
  readonly port: number;
  /** The address the config asks for. */
  readonly requestedAddress: string | undefined;
  /** The address the cluster gave; where Argo CD delivers, the one that was asked for. */
  readonly assignedAddress: Output<string | undefined>;
}

/** What the rest of the program may use of the media stack. */
export interface MediaHandle {
  readonly namespace: string;
  readonly apps: readonly MediaAppHandle[];
  /** Done when every app is ready; where Argo CD delivers, when it may begin. */
  readonly ready: readonly Resource[];
  /** Digest of the secrets that a Deployment uses, by its name. */
  readonly secretChecksums: ReadonlyMap<string, Output<string>>;
}

/**
 * Deploys the media stack to any cluster, Bramble's own or an existing one.
 *
 * @param dependsOn what the apps need first: load balancer, storage class.
 * @param ingress how the apps are served by name. Default: by their addresses only.
 * @returns its handle; `undefined` when the stack is turned off.
 */
export function media(
  config: Config,
  secrets: GivenMediaSecrets,
  cluster: ClusterScope,
  dependsOn: readonly Resource[],
  ingress?: IngressHandle,
): MediaHandle | undefined {
  if (!config.media.enabled) return undefined;
  const { provider, anchor } = cluster;
  const { apps, ready, secretChecksums } = new MediaStack("media", {
    media: config.media,
    secrets,
    delivery: config.delivery.by,
    ingress,
    scope: { provider, anchor, dependsOn },
  });
  return {
    namespace: config.media.namespace,
    apps: mediaAppSettings(config.media).map(({ row, address }) => {
      const app = apps.find(({ settings }) => settings.row === row)?.app;
      return {
        name: row.name,
        wave: row.wave,
        port: row.ports[0].number,
        requestedAddress: address,
        assignedAddress: app?.assignedAddress ?? output(address),
      };
    }),
    ready: apps.length > 0 ? apps.map(({ app }) => app.deployment) : ready,
    secretChecksums,
  };
}
