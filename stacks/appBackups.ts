import type * as pulumi from "@pulumi/pulumi";
import { AppBackups, type AppBackupsArgs } from "../components/ops/backups/AppBackups";
import { repositoryAt } from "../components/ops/backups/repository";
import type { AppBackupSettings } from "../components/ops/backups/settings";
import { childOptions, type ClusterScope } from "../components/options";
import { mediaAppSettings } from "../components/workload/mediaSettings";
import { appBackupDestination } from "../config/appBackupsSchema";
import type { Secrets } from "../config/load";
import type { Config } from "../config/schema";
import { destinationOf } from "./snapshots";

/** The secrets of the stack that open places of copies. */
type CopySecrets = Pick<Secrets, "snapshotS3AccessKey" | "snapshotS3SecretKey" | "snapshotSshKey">;

/**
 * What copies of the apps' configurations depend on.
 *
 * @returns `undefined` where there are none: turned off, no media stack, or no place for them.
 */
export function appBackupSettings(config: Config): AppBackupSettings | undefined {
  const place = appBackupDestination(config);
  if (place === undefined) return undefined;
  const { media, ops, cluster } = config;
  const { hour, keep, rotation: generation } = ops.appBackups;
  return {
    apps: mediaAppSettings(media),
    namespace: media.namespace,
    cluster: cluster.name,
    repository: repositoryAt(destinationOf(place), cluster.name),
    ...{ generation, hour, keep },
    timeZone: media.timeZone,
    userId: media.puid,
    groupId: media.pgid,
  };
}

function credentialsFor(
  settings: AppBackupSettings | undefined,
  secrets: CopySecrets,
): AppBackupsArgs["credentials"] {
  const { secretVariables = {}, ssh } = settings?.repository ?? {};
  const s3 = Object.keys(secretVariables).length > 0;
  return {
    s3AccessKey: s3 ? secrets.snapshotS3AccessKey : undefined,
    s3SecretKey: s3 ? secrets.snapshotS3SecretKey : undefined,
    sshKey: ssh === undefined ? undefined : secrets.snapshotSshKey,
  };
}

/**
 * Copies of the apps' configurations, when the configuration names a place for them.
 *
 * @param dependsOn what makes the apps' namespace and claims.
 * @returns the repository's password; secret. `undefined` without a media stack.
 */
export function appBackups(
  config: Config,
  secrets: CopySecrets,
  { provider, anchor }: ClusterScope,
  dependsOn: readonly pulumi.Resource[],
): pulumi.Output<string> | undefined {
  if (!config.media.enabled) return undefined;
  const settings = appBackupSettings(config);
  const { password } = new AppBackups(
    "app-backups",
    {
      settings,
      generation: config.ops.appBackups.rotation,
      credentials: credentialsFor(settings, secrets),
    },
    childOptions(undefined, { provider, anchor, dependsOn }),
  );
  return password;
}
