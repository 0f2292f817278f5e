import type { AppSettings } from "../../workload/settings";
import type { Repository } from "./repository";

/** What copies of the apps' configurations depend on. */
export interface AppBackupSettings {
  /** The apps, in the order of their copies. */
  readonly apps: readonly AppSettings[];
  readonly namespace: string;
  /** Name of the cluster, under which copies are filed. */
  readonly cluster: string;
  readonly repository: Repository;
  /** Generation of the repository's password. Those of before are at hand until it knows this one. */
  readonly generation: number;
  /** Hour of the first copy. */
  readonly hour: number;
  readonly timeZone: string;
  readonly keep: { readonly daily: number; readonly weekly: number; readonly monthly: number };
  /** User and group that own the apps' files. */
  readonly userId: number;
  readonly groupId: number;
}

/** Name of everything that the copies share. */
export const sharedName = "app-backups";

/** Name of the job that looks after the repository and restores every app for a trial. */
export const verifyJobName = "app-configs-verify";

/** Name of the job that copies an app's configuration. */
export function backupJobName(app: string): string {
  return `backup-${app}`;
}
