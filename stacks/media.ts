import { type Output, output, type Resource } from "@pulumi/pulumi";
import type { ClusterScope } from "../components/options";
import type { GivenMediaSecrets } from "../components/workload/MediaSecrets";
import { mediaAppSettings } from "../components/workload/mediaSettings";
import { MediaStack } from "../components/workload/MediaStack";
import type { Config } from "../config/schema";
import type { PlatformHandle } from "./platform";

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
  /** Password of the apps' web pages; secret. Unset where their own logins are left alone. */
  readonly loginPassword: Output<string> | undefined;
}

/** What the stack takes from a platform of Bramble's. */
export type MediaPlatform = Partial<Pick<PlatformHandle, "ingress" | "guards" | "monitoring">>;

/**
 * Deploys the media stack to any cluster, Bramble's own or an existing one.
 *
 * @param dependsOn what the apps need first: load balancer, storage class.
 * @param base the platform. Default: none of it is Bramble's.
 * @returns its handle; `undefined` when the stack is turned off.
 */
export function media(
  config: Config,
  secrets: GivenMediaSecrets,
  cluster: ClusterScope,
  dependsOn: readonly Resource[],
  base: MediaPlatform = {},
): MediaHandle | undefined {
  if (!config.media.enabled) return undefined;
  const { provider, anchor } = cluster;
  const { ingress, guards, monitoring } = base;
  const { apps, ready, secretChecksums, login } = new MediaStack("media", {
    media: config.media,
    ...{ secrets, since: config.secrets.rotated },
    delivery: config.delivery.by,
    ingress,
    guards,
    monitoring: exported(config) ? (monitoring === undefined ? [] : [monitoring]) : undefined,
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
    loginPassword: login?.password,
  };
}

/** Whether the apps' metrics are exported: where something collects them, unless the config says. */
function exported({ media: { exporters }, platform }: Config): boolean {
  return exporters.enabled ?? platform.monitoring.enabled;
}
