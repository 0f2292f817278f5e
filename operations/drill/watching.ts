import { runOnHost } from "../connection/session";
import { renderTable } from "../table";
import { type Gap, secondsAway, sharedGaps } from "./away";
import type { DrillOptions } from "./context";
import { type ClusterLook, survivor } from "./look";
import { apiProbes, appProbe, type Probe, watch } from "./probe";

/** The API and the apps of a cluster, watched from this machine. */
export interface ClusterWatch {
  /** When the API was away: its virtual address, or all servers at once. */
  readonly judged: () => readonly Gap[];
  /** Whether the API and the apps have answered for so many seconds on end. */
  readonly steadyFor: (seconds: number) => boolean;
  readonly end: () => Promise<void>;
  /** What was watched, and when it was away. */
  readonly rows: () => readonly (readonly [name: string, what: string, gaps: readonly Gap[]])[];
  /** Why no app is watched; empty when one is. */
  readonly noApps: string;
}

async function answering(probes: readonly Probe[]): Promise<Probe[]> {
  const answers = await Promise.all(probes.map(({ ask }) => ask()));
  return probes.filter((_, index) => answers[index]);
}

/**
 * Watches every server's API, the virtual address and each app's address, as this machine sees them.
 * An app that does not answer beforehand is left out.
 *
 * @param node the node that the drill disturbs; another server is asked for the credentials.
 */
export async function watchCluster(
  { access, config }: DrillOptions,
  before: ClusterLook,
  node: string,
): Promise<ClusterWatch> {
  const kubeconfig = await runOnHost(access, {
    host: survivor(before, node),
    script: "k3s-kubeconfig.sh",
    args: [],
  });
  const servers = before.observation.hosts
    .filter(({ host, unreachable }) => host.role === "server" && unreachable === undefined)
    .map(({ host }) => host.address);
  const { virtualIp } = config.k3s;
  const virtual = virtualIp === undefined ? [] : [virtualIp];
  const apis = apiProbes(kubeconfig, [...virtual, ...servers]);
  const apps = await answering(before.apps.map(appProbe));
  const watching = watch([...apis, ...apps]);
  const { gaps } = watching;
  const judged = () =>
    virtualIp === undefined ? sharedGaps(servers.map((name) => gaps(name))) : gaps(virtualIp);
  return {
    judged,
    steadyFor: (seconds) => {
      const since = Date.now() - seconds * 1000;
      const all = virtualIp === undefined ? servers : virtual;
      const names = apps.map(({ name }) => name);
      const api = all.some((name) => (watching.steadySince([name]) ?? Infinity) <= since);
      return api && (names.length === 0 || (watching.steadySince(names) ?? Infinity) <= since);
    },
    end: async () => {
      await watching.end();
    },
    rows: () => [
      ["API", virtualIp === undefined ? "any server" : "virtual address", judged()],
      ...[...virtual, ...servers].map((name) => [`API ${name}`, "", gaps(name)] as const),
      ...apps.map(({ name }) => [name, "app", gaps(name)] as const),
    ],
    noApps:
      apps.length > 0
        ? ""
        : before.apps.length === 0
          ? "skipped: no Service or Ingress has an address"
          : "skipped: no app answered beforehand",
  };
}

/** The table of what was away and for how long. */
export function awayTable({ rows, noApps }: ClusterWatch): string {
  const longest = (gaps: readonly Gap[]) =>
    Math.max(0, ...gaps.map(({ from, to }) => (to - from) / 1000));
  return renderTable([
    ["ADDRESS", "WHAT", "AWAY S", "LONGEST S"],
    ...rows().map(([name, what, gaps]) => [
      ...[name, what, secondsAway(gaps).toFixed(1), longest(gaps).toFixed(1)],
    ]),
    ...(noApps === "" ? [] : [["apps", noApps, "-", "-"]]),
  ]);
}
