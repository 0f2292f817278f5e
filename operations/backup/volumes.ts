import type { HostConfig } from "../../config/schema";
import { recordRun, type RunRecorder } from "../records/run";
import { type HostAccess, runOnHost } from "../connection/session";
import { type CopyContext, type HostState, lookAtHosts, servingServer } from "../restore/hosts";

/** What copies of volumes are told. */
export interface VolumesOptions extends CopyContext {
  /** Only this host. Default: every one. */
  readonly host?: string;
}

/** What putting volumes back is told. */
export interface RestoreVolumesOptions extends CopyContext {
  readonly host: string;
  readonly recoveryKey: () => Promise<string>;
}

/** A local-path volume, as k3s-volumes.sh tells it. */
export interface VolumeRow {
  readonly volume: string;
  /** `namespace/claim`. */
  readonly claim: string;
  readonly path: string;
  /** The pod that still has it; none when nothing writes to it. */
  readonly user: string | undefined;
}

const script = "k3s-volumes.sh";

/** Reads what `k3s-volumes.sh quiesce` prints. */
export function readVolumes(text: string): VolumeRow[] {
  return text.split("\n").flatMap((line) => {
    const [volume = "", claim, path, user] = line.split(" ");
    if (claim === undefined || path === undefined) return [];
    return [{ volume, claim, path, user: user === "free" ? undefined : user }];
  });
}

const asInput = (rows: readonly VolumeRow[]): string =>
  rows.map(({ volume, claim, path }) => `${volume} ${claim} ${path}\n`).join("");

/** The times of verified copies from what `k3s-volumes.sh save` prints: `VOLUME TIME`, one a line. */
export function verifiedTimes(text: string): string {
  return text
    .split("\n")
    .map((line) => /^(\S+ \d{4}-\d\d-\d\dT[\d:]+Z) \d+ \S+$/.exec(line)?.[1])
    .flatMap((line) => (line === undefined ? [] : [`${line}\n`]))
    .join("");
}

/** Scales away what uses the volumes of a host, works on them, and scales it back whatever happens. */
async function whileQuiet(
  access: HostAccess,
  server: HostConfig,
  host: HostConfig,
  { phase }: RunRecorder,
  work: (rows: readonly VolumeRow[]) => Promise<void>,
): Promise<void> {
  const onServer = (args: readonly string[]) =>
    runOnHost(access, { host: server, script, args, timeoutSeconds: 600 });
  const failures: unknown[] = [];
  const attempt = async (act: () => Promise<unknown>) => {
    await act().catch((error: unknown) => failures.push(error));
  };
  await attempt(async () => {
    const said = await phase(`quiesce ${host.name}`, () =>
      onServer(["quiesce", "--node", host.name]),
    );
    await work(readVolumes(said));
  });
  await attempt(() => phase(`resume ${host.name}`, () => onServer(["resume"])));
  // What went wrong first is the reason for what went wrong then.
  if (failures.length > 0) throw failures[0];
}

function refuseWithoutDestination({ config }: HostAccess): void {
  if (config.k3s.snapshots.offHost === undefined) {
    throw new Error("copies of volumes need a destination: set k3s.snapshots.offHost");
  }
}

function chosen(states: readonly HostState[], only: string | undefined): HostConfig[] {
  const hosts = states
    .map(({ host }) => host)
    .filter(({ name }) => only === undefined || name === only);
  if (hosts.length === 0) throw new Error(`${only ?? "no host"} cannot be reached`);
  return hosts;
}

/**
 * Copies every local-path volume off its host, encrypted, reads the copy back and marks the volume
 * with the time. What a pod still writes to is not copied.
 *
 * @returns the exit code: 1 when a volume was not copied.
 */
export async function backupVolumes(options: VolumesOptions): Promise<number> {
  const { access, print } = options;
  refuseWithoutDestination(access);
  const { states } = await lookAtHosts(access);
  const server = servingServer(states);
  const hosts = chosen(states, options.host);
  let left = 0;
  await recordRun(
    {
      ...{ stack: access.stack, kind: "backup", nodes: hosts.map(({ name }) => name) },
      ...(options.recordsFolder === undefined ? {} : { folder: options.recordsFolder }),
    },
    async (recorder) => {
      let copied = 0;
      for (const host of hosts) {
        await whileQuiet(access, server, host, recorder, async (rows) => {
          for (const { claim, user } of rows.filter((row) => row.user !== undefined)) {
            left += 1;
            print(
              `${claim} on ${host.name} was not copied: pod ${user ?? ""} still uses it; stop what runs it and repeat, or give its data up by discardVolumes\n`,
            );
          }
          const free = rows.filter(({ user }) => user === undefined);
          if (free.length === 0) return;
          const saved = await recorder.phase(`copy ${host.name}`, () =>
            runOnHost(access, {
              ...{ host, script, args: ["save"], input: asInput(free), timeoutSeconds: 7200 },
            }),
          );
          const times = verifiedTimes(saved);
          await recorder.phase(`mark ${host.name}`, () =>
            runOnHost(access, { host: server, script, args: ["verified"], input: times }),
          );
          copied += free.length;
          for (const row of free) print(`${row.claim} on ${host.name}: copied and read back\n`);
        });
      }
      recorder.measure("volumes", copied);
      recorder.measure("volumesLeft", left);
    },
  );
  return left === 0 ? 0 : 1;
}

/**
 * Puts the newest copies of a host's volumes back; what is in them now is kept aside on the host.
 *
 * @returns the exit code: 1 when a pod still used a volume.
 */
export async function restoreVolumes(options: RestoreVolumesOptions): Promise<number> {
  const { access, print } = options;
  refuseWithoutDestination(access);
  const { states } = await lookAtHosts(access);
  const server = servingServer(states);
  const [host] = chosen(states, options.host);
  if (host === undefined) throw new Error(`${options.host} cannot be reached`);
  const key = await options.recoveryKey();
  let left = 0;
  await recordRun(
    {
      ...{ stack: access.stack, kind: "restore", nodes: [host.name] },
      ...(options.recordsFolder === undefined ? {} : { folder: options.recordsFolder }),
    },
    (recorder) =>
      whileQuiet(access, server, host, recorder, async (rows) => {
        const free = rows.filter(({ user }) => user === undefined);
        for (const { claim, user } of rows.filter((row) => row.user !== undefined)) {
          left += 1;
          print(`${claim} was left as it is: pod ${user ?? ""} still uses it\n`);
        }
        if (free.length === 0) return;
        const input = `${asInput(free)}key\n${key}`;
        const said = await recorder.phase(`put back ${host.name}`, () =>
          runOnHost(access, { host, script, args: ["put-back"], input, timeoutSeconds: 7200 }),
        );
        print(said);
        recorder.measure("volumes", free.length);
      }),
  );
  return left === 0 ? 0 : 1;
}
