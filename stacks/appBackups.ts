import * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random/randomPassword";
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
  const { hour, keep } = ops.appBackups;
  return {
    apps: mediaAppSettings(media),
    namespace: media.namespace,
    cluster: cluster.name,
    repository: repositoryAt(destinationOf(place), cluster.name),
    ...{ hour, keep },
    timeZone: media.timeZone,
    userId: media.puid,
    groupId: media.pgid,
  };
}

function credentialsFor(
  { repository }: AppBackupSettings,
  secrets: CopySecrets,
): AppBackupsArgs["credentials"] {
  const s3 = Object.keys(repository.secretVariables).length > 0;
  return {
    s3AccessKey: s3 ? secrets.snapshotS3AccessKey : undefined,
    s3SecretKey: s3 ? secrets.snapshotS3SecretKey : undefined,
    sshKey: repository.ssh === undefined ? undefined : secrets.snapshotSshKey,
  };
}

/**
 * Copies of the apps' configurations, when the configuration names a place for them.
 *
 * The password is made in any case: turned off and on again, the copies from before still open.
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
  const password = new RandomPassword("app-backups-password", { length: 48, special: false });
  const settings = appBackupSettings(config);
  if (settings !== undefined) {
    new AppBackups(
      "app-backups",
      { settings, password: password.result, credentials: credentialsFor(settings, secrets) },
      childOptions(undefined, { provider, anchor, dependsOn }),
    );
  }
  return pulumi.secret(password.result);
}
