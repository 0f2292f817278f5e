import { CronJob } from "@pulumi/kubernetes/batch/v1/cronJob";
import { ConfigMap } from "@pulumi/kubernetes/core/v1/configMap";
import { PersistentVolume } from "@pulumi/kubernetes/core/v1/persistentVolume";
import { PersistentVolumeClaim } from "@pulumi/kubernetes/core/v1/persistentVolumeClaim";
import { Secret } from "@pulumi/kubernetes/core/v1/secret";
import { ServiceAccount } from "@pulumi/kubernetes/core/v1/serviceAccount";
import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1/networkPolicy";
import * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random/randomPassword";
import { inheritOptions } from "../../options";
import {
  renderBackup,
  renderConfigMap,
  renderExport,
  renderNetworkPolicy,
  renderServiceAccount,
  renderVerify,
} from "./render";
import { passwordKey, secretKeys } from "./repository";
import { type AppBackupSettings, backupJobName, sharedName, verifyJobName } from "./settings";

/** Arguments of {@link AppBackups}. */
export interface AppBackupsArgs {
  /** Unset where no place for copies is named: then there is just the password. */
  readonly settings: AppBackupSettings | undefined;
  /** Generation of the password: raised by one for each new one. */
  readonly generation: number;
  /** What opens the place of the copies; those that it does not ask for are unset. */
  readonly credentials: {
    readonly s3AccessKey: pulumi.Output<string> | undefined;
    readonly s3SecretKey: pulumi.Output<string> | undefined;
    readonly sshKey: pulumi.Output<string> | undefined;
  };
}

/** A key file that does not end with its line is none for ssh. */
const asFile = (text: string): string => `${text.trimEnd()}\n`;

/**
 * Nightly encrypted copies of the apps' configurations, and a weekly trial of restoring them.
 *
 * The password is made in any case: turned off and on again, the copies from before still open. For
 * the same reason those of before stay: nobody knows which of them the repository knew last.
 */
export class AppBackups extends pulumi.ComponentResource {
  /** Opens the repository; secret. */
  readonly password: pulumi.Output<string>;

  constructor(name: string, args: AppBackupsArgs, opts: pulumi.ResourceOptions) {
    super("bramble:ops:AppBackups", name, {}, opts);
    const random = { length: 48, special: false };
    const make = (key: string) =>
      pulumi.secret(new RandomPassword(`${name}-${key}`, random, { parent: this }).result);
    const { settings, generation } = args;
    const former = Array.from({ length: generation - 1 }, (_, index) => passwordKey(index + 1));
    const formerPasswords = Object.fromEntries(former.map((key) => [key, make(key)]));
    const present = passwordKey(generation);
    this.password = make(present);
    const passwords = { [present]: this.password, ...formerPasswords };
    if (settings !== undefined) this.copies(settings, passwords, args.credentials, opts);
    this.registerOutputs({});
  }

  private copies(
    settings: AppBackupSettings,
    passwords: Readonly<Record<string, pulumi.Output<string>>>,
    credentials: AppBackupsArgs["credentials"],
    opts: pulumi.ResourceOptions,
  ): void {
    const stringData = { ...passwords, ...secretData(credentials) };
    const options = inheritOptions(this, opts);
    const exported = renderExport(settings);
    const { metadata } = renderServiceAccount(settings);

    const needs: pulumi.Resource[] = [
      new ServiceAccount(sharedName, renderServiceAccount(settings), options),
      new ConfigMap(sharedName, renderConfigMap(settings), options),
      new NetworkPolicy(sharedName, renderNetworkPolicy(settings), options),
      new Secret(sharedName, { metadata, stringData }, options),
    ];
    if (exported !== undefined) {
      const volume = new PersistentVolume(sharedName, exported.volume, options);
      const after = inheritOptions(this, opts, [volume]);
      needs.push(new PersistentVolumeClaim(sharedName, exported.claim, after));
    }
    const after = inheritOptions(this, opts, needs);
    settings.apps.forEach((app, index) => {
      new CronJob(backupJobName(app.row.name), renderBackup(settings, app, index), after);
    });
    new CronJob(verifyJobName, renderVerify(settings), after);
  }
}

function secretData({
  s3AccessKey,
  s3SecretKey,
  sshKey,
}: AppBackupsArgs["credentials"]): Record<string, pulumi.Output<string>> {
  const all = {
    [secretKeys.s3AccessKey]: s3AccessKey,
    [secretKeys.s3SecretKey]: s3SecretKey,
    [secretKeys.sshKey]: sshKey?.apply(asFile),
  };
  return Object.fromEntries(
    Object.entries(all).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  );
}
