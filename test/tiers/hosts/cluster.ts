import { bootId, webAnswer } from "./observe";
import { asRoot, clusterNames, converge, type HostRow, labUp, row } from "./lab";
import type { Hooks, ProgramResult } from "../support/run";

/** The stack of the shared cluster. */
export const stack = "cluster";

/** The host whose published port must answer whatever is done to its k3s. */
export const podmanHost = "bramble-2";

/** A server on which every process's arguments are written down while the cluster comes up. */
export const sampledHost = "bramble-3";

/** The rows of the shared cluster, with more to say of some of the hosts. */
export function clusterRows(more: Readonly<Record<string, object>> = {}): HostRow[] {
  return clusterNames.map((name) => row(name, { ...more[name] }));
}

/** Runs the shared cluster's stack where the resources named by `existing` have been made. */
export function convergeAgain(
  existing: readonly string[],
  hosts: readonly HostRow[] = clusterRows(),
  hooks: Hooks = {},
): Promise<ProgramResult> {
  return converge({ stack, hosts, existing }, hooks);
}

/** What was seen while the cluster came up. */
export interface BringUp extends ProgramResult {
  /** Boot ids from before, by host. */
  readonly bootIds: ReadonlyMap<string, string>;
  /** Answers of the published port, one a second. */
  readonly answers: readonly string[];
  /** Arguments of every process that was seen on the sampled host. */
  readonly processes: string;
  readonly containerBefore: string;
}

/** The id and start of the container that publishes the port. */
export function container(): Promise<string> {
  return asRoot(podmanHost, "podman inspect web --format '{{.Id}} {{.State.StartedAt}}'");
}

/** A service that was on the host first: a static page, published by Podman. */
async function startPodmanService(): Promise<string> {
  await asRoot(
    podmanHost,
    `mkdir -p /tmp/image/bin /tmp/image/www
     cp /bin/busybox /tmp/image/bin/
     echo hello >/tmp/image/www/index.html
     tar -C /tmp/image -c . | podman import -q - localhost/tiny:1 >/dev/null
     podman run -d --name web -p 8080:80 localhost/tiny:1 \\
       /bin/busybox httpd -f -p 80 -h /www >/dev/null`,
  );
  return container();
}

const sampler = `while :; do cat /proc/[0-9]*/cmdline 2>/dev/null; sleep 0.02; done >/run/sampled`;

async function bringUpOnce(): Promise<BringUp> {
  await labUp();
  const containerBefore = await startPodmanService();
  const bootIds = new Map<string, string>();
  for (const name of clusterNames) bootIds.set(name, await bootId(name));
  await asRoot(sampledHost, `systemd-run --quiet --unit=sampler /bin/sh -c '${sampler}'`);
  const answers: string[] = [];
  const asking = setInterval(() => answers.push(webAnswer(podmanHost)), 1000);
  try {
    const result = await converge({ stack, hosts: clusterRows() });
    await asRoot(sampledHost, "systemctl stop sampler");
    const processes = await asRoot(sampledHost, "tr '\\0' '\\n' </run/sampled | sort -u");
    return { ...result, bootIds, answers, processes, containerBefore };
  } finally {
    clearInterval(asking);
  }
}

let bringUp: Promise<BringUp> | undefined;

/** Brings the shared cluster up, once in a run of this tier. */
export function clusterUp(): Promise<BringUp> {
  bringUp ??= bringUpOnce();
  return bringUp;
}
