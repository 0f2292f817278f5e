import { recordRun } from "../records/run";
import { runOnHosts } from "../connection/session";
import { type CopyContext, lookAtHosts, troubleOf } from "../restore/hosts";

/** What `backup snapshot` is told. */
export interface SnapshotOptions extends CopyContext {
  /** Only this server. Default: every one, since any may be lost. */
  readonly host?: string;
}

/**
 * Saves a snapshot on each server now and copies it off the hosts, where the stack names a
 * destination. One server's trouble does not keep the others from it.
 *
 * @returns the exit code.
 */
export async function backupSnapshot(options: SnapshotOptions): Promise<number> {
  const { access, print, host: only } = options;
  const { states, lost } = await lookAtHosts(access);
  const servers = states
    .filter(({ role, active }) => role === "server" && active)
    .map(({ host }) => host)
    .filter(({ name }) => only === undefined || name === only);
  if (servers.length === 0) {
    throw new Error(`${only ?? "no server of the stack"} runs no k3s server that can be reached`);
  }
  const offHost = access.config.k3s.snapshots.offHost !== undefined;
  const args = offHost ? ["export", "--fresh", "yes"] : ["save"];
  const troubles = lost
    .filter(({ host }) => host.role === "server" && (only === undefined || host.name === only))
    .map(({ reason }) => reason);
  await recordRun(
    {
      ...{ stack: access.stack, kind: "backup", nodes: servers.map(({ name }) => name) },
      ...(options.recordsFolder === undefined ? {} : { folder: options.recordsFolder }),
    },
    async ({ phase }) => {
      for (const host of servers) {
        const calls = [{ host, script: "k3s-snapshot.sh", args, timeoutSeconds: 3600 }];
        await phase(`snapshot ${host.name}`, async () => {
          const [answer] = await runOnHosts(access, calls);
          const trouble = answer === undefined ? `${host.name}: no answer` : troubleOf(answer);
          if (trouble !== undefined) throw new Error(trouble);
          print(`${host.name}: ${answer?.stdout.trim() ?? ""}\n`);
        }).catch((error: unknown) => {
          troubles.push(error instanceof Error ? error.message : String(error));
        });
      }
      if (troubles.length > 0) throw new Error(troubles.join("\n"));
    },
  );
  if (!offHost) {
    print("Nothing left the hosts: set k3s.snapshots.offHost for encrypted copies elsewhere.\n");
  }
  return 0;
}
