import type * as pulumi from "@pulumi/pulumi";
import type { Settings } from "../config/load";
import { appBackups } from "./appBackups";
import { cluster } from "./cluster";
import { delivery } from "./delivery";
import { media } from "./media";
import { ops } from "./ops";
import { people } from "./people";
import { platform } from "./platform";

/** What `pulumi stack output` shows. */
export interface EnvironmentOutputs {
  /** What each host is: the Cluster Node Profiles. */
  readonly nodes: readonly pulumi.Output<unknown>[];
  /** Admin kubeconfig; secret. */
  readonly kubeconfig: pulumi.Output<string> | undefined;
  /** Opens the encrypted copies of snapshots and volumes; secret. Keep it on paper as well. */
  readonly recoveryKey: pulumi.Output<string> | undefined;
  /** Signs SSH certificates for the hosts; secret. */
  readonly sshAuthority: pulumi.Output<string> | undefined;
  readonly grafanaPassword: pulumi.Output<string> | undefined;
  readonly argoCdPassword: pulumi.Output<string> | undefined;
  /** Password of the user who passes the gate before web interfaces without a login; secret. */
  readonly ingressPassword: pulumi.Output<string> | undefined;
  /** Where each web interface is found, by its name. */
  readonly urls: Readonly<Record<string, string>>;
  /** Password of the media apps' own pages; secret. */
  readonly mediaPassword: pulumi.Output<string> | undefined;
  /** Opens the copies of the apps' configurations; secret. Keep it on paper as well. */
  readonly appBackupPassword: pulumi.Output<string> | undefined;
  /** Each app's name, wave, port, and the address asked for and given. */
  readonly mediaApps: unknown;
}

/** One whole environment, in the order it comes up: cluster, platform, workloads. */
export function environment({ config, secrets }: Settings): EnvironmentOutputs {
  const target = cluster(config, secrets);
  const base = platform(config, target, secrets);
  const needs = [...target.ready, base.loadBalancer, base.sharedStorage];
  const apps = media(
    config,
    secrets,
    target,
    needs.filter((need) => need !== undefined),
    base,
  );
  const watch = ops(config, target, base);
  delivery(config, secrets, target, base.argoCd, apps);
  people(config, target, [...needs.filter((need) => need !== undefined), ...(apps?.ready ?? [])]);
  return {
    nodes: target.nodes,
    kubeconfig: target.kubeconfig,
    recoveryKey: target.recoveryKey,
    sshAuthority: target.sshAuthority,
    grafanaPassword: base.grafanaPassword,
    argoCdPassword: base.argoCdPassword,
    ingressPassword: base.ingressPassword,
    urls: { ...base.urls, ...watch.urls },
    mediaPassword: apps?.loginPassword,
    appBackupPassword: appBackups(config, secrets, target, apps?.ready ?? []),
    mediaApps: apps?.apps,
  };
}
