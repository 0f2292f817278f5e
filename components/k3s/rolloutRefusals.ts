import type { ClusterObservation, HostObservation } from "./observation";
import { hasMajority, votersIn } from "./quorum";
import { minorOf } from "./paths";
import { type Course, unstarted, type WantedCluster, type WantedNode } from "./rolloutModel";
import { compareVersions, minorsBetween } from "./versions";

/** Why nothing may be done, in one line with a mend. */
export interface Refusal {
  /** The node it is about, where it is one. */
  readonly node?: string;
  readonly message: string;
  /** Nothing else can be judged. */
  readonly ends?: true;
}

const restore = "docs/runbooks/restore.md";
const backupHours = 24;

/** The identity that most hosts with k3s carry, the first of the list where they are even. */
function clusterIdOf(hosts: readonly HostObservation[]): string | undefined {
  const ids = hosts.flatMap(({ clusterId }) => clusterId ?? []);
  const share = (id: string) => ids.filter((other) => other === id).length;
  return [...ids].sort((left, right) => share(right) - share(left))[0];
}

function foreign(wanted: WantedCluster, { hosts }: ClusterObservation): Refusal[] {
  const id = wanted.clusterId ?? clusterIdOf(hosts);
  return hosts
    .filter(({ clusterId }) => clusterId !== undefined && clusterId !== id)
    .map(({ host: { name } }) => ({
      node: name,
      message: `${name} carries k3s of another cluster: give this row another host, or wipe it with 'sudo /usr/local/lib/bramble/k3s-teardown.sh teardown --another-cluster yes'`,
    }));
}

function strangers(wanted: WantedCluster, observed: ClusterObservation): Refusal[] {
  const known = new Set(wanted.nodes.map(({ name }) => name));
  return observed.members
    .filter(({ name, learner }) => (name === unstarted ? !learner : !known.has(name)))
    .map(({ id, name, address }) => ({
      message: `etcd has a member that is no host of this configuration: ${name} (${address}, id ${id}); add its row, or on a server run 'sudo /usr/local/lib/bramble/k3s-node.sh forget --node ${name}'`,
    }));
}

/** Servers that answer. Without a majority no member calls itself healthy: then it counts who runs. */
function answering({ hosts }: ClusterObservation, { votes }: Course): string[] {
  const healthy = [...votes].filter(([, vote]) => vote.voter && vote.healthy);
  if (healthy.length > 0) return healthy.map(([name]) => name);
  return hosts
    .filter(({ unreachable }) => unreachable === undefined)
    .filter(({ k3s, etcd }) => etcd.hasData && (k3s.active || etcd.members.length > 0))
    .map(({ host }) => host.name);
}

function lostMajority(observed: ClusterObservation, course: Course): Refusal[] {
  const { votes } = course;
  // An only server that is down has nobody to protect.
  if (votes.size <= 1 || hasMajority(votes)) return [];
  const there = answering(observed, course);
  const lost = [...votes]
    .filter(([name, { voter }]) => voter && !there.includes(name))
    .map(([name]) => name)
    .sort();
  const names = lost.length === 0 ? "yet not to each other" : `not ${lost.join(", ")}`;
  const message = `etcd has lost its majority: ${there.length} of ${votersIn(votes)} servers answer, ${names}; switch on what is only off, and if their disks are gone restore a snapshot (${restore})`;
  return [{ message, ends: true }];
}

/** Servers carry data and none of them tells who the members are. */
function silent(observed: ClusterObservation, course: Course): Refusal[] {
  const carriers = observed.hosts.filter(({ etcd }) => etcd.hasData);
  if (course.votes.size > 0 || carriers.length === 0) return [];
  const names = carriers.map(({ host }) => host.name).join(", ");
  const off = carriers.every(({ k3s }) => !k3s.active);
  const away = observed.hosts
    .filter(({ host, unreachable }) => host.role === "server" && unreachable !== undefined)
    .map(({ host }) => host.name);
  const message = off
    ? away.length === 0
      ? `the cluster is off: k3s runs on none of ${names}; start it with npm run power -- <stack> on`
      : `the cluster is off: k3s runs on none of ${names}, and ${away.join(", ")} do not answer; switch them on, then npm run power -- <stack> on; if their disks are gone restore a snapshot (${restore})`
    : `no server tells the members of etcd (asked: ${names}): look with 'sudo journalctl -u k3s' there; if it cannot be mended restore a snapshot (${restore})`;
  return [{ message, ends: true }];
}

function unreachable({ hosts }: ClusterObservation): Refusal[] {
  return hosts.flatMap(({ host, unreachable: message }) =>
    message === undefined ? [] : [{ node: host.name, message }],
  );
}

/** Names of nodes by the release they run, so that ten nodes make one line. */
function byRelease(rows: readonly (readonly [name: string, running: string, wanted: string])[]) {
  const groups = new Map<string, string[]>();
  for (const [name, running, wanted] of rows) {
    const key = `${running}\t${wanted}`;
    groups.set(key, [...(groups.get(key) ?? []), name]);
  }
  return [...groups].map(([key, names]) => {
    const [running = "", wanted = ""] = key.split("\t");
    return { running, wanted, names: names.join(", ") };
  });
}

function versionJumps(
  wanted: WantedCluster,
  observed: ClusterObservation,
  { nodes }: Course,
): Refusal[] {
  const installed = new Map(observed.hosts.map(({ host, k3s }) => [host.name, k3s.version]));
  const stays = wanted.nodes.flatMap(({ name, version, differs }) => {
    const running = nodes.get(name)?.version ?? installed.get(name);
    const goes = differs.some((kind) => kind === "remove" || kind === "forget");
    return running === undefined || goes || differs.includes("rebuild")
      ? []
      : [[name, running, version] as const];
  });
  const down = byRelease(stays.filter(([, from, to]) => compareVersions(to, from) < 0));
  const skips = byRelease(stays.filter(([, from, to]) => minorsBetween(from, to) > 1));
  return [
    ...down.map(({ running, wanted: to, names }) => ({
      message: `k3s.version ${to} is older than ${running} on ${names}: k3s cannot go back; set ${running} again, or restore a snapshot from before the upgrade (${restore})`,
    })),
    ...skips.map(({ running, wanted: to, names }) => ({
      message: `k3s.version ${to} skips a minor release after ${running} on ${names}: upgrade to the newest v1.${minorOf(running) + 1} first`,
    })),
  ];
}

function changedRoles(wanted: WantedCluster, { nodes }: Course): Refusal[] {
  return wanted.nodes.flatMap(({ name, role }) => {
    const is = nodes.get(name)?.role;
    if (is === undefined || is === role) return [];
    const message = `${name} is ${is} in the cluster and ${role} in the configuration: take its row out, run, then add it again as ${role}`;
    return [{ node: name, message }];
  });
}

function movedServers(wanted: WantedCluster, observed: ClusterObservation): Refusal[] {
  return wanted.nodes.flatMap(({ name, role, address, differs }) => {
    const was = observed.nodes.find((node) => node.name === name)?.internalIp ?? "";
    const leaves = differs.some((kind) => ["rebuild", "remove", "forget"].includes(kind));
    if (role === "agent" || leaves || was === "" || was === address) return [];
    const message = `${name} has moved from ${was} to ${address}, and a member of etcd keeps its address: give it back, or take its row out, run, then add it again`;
    return [{ node: name, message }];
  });
}

function undead(wanted: WantedCluster, observed: ClusterObservation): Refusal[] {
  const ready = new Set(observed.nodes.filter((node) => node.ready).map(({ name }) => name));
  return wanted.nodes
    .filter(({ name, differs }) => differs.includes("forget") && ready.has(name))
    .map(({ name }) => ({
      node: name,
      message: `${name} is Ready, and its row says gone: take the row out to remove it in order; if it has just died, run again in a minute`,
    }));
}

/** What the cluster as a whole or one row has wrong before any step. */
export function standingRefusals(
  wanted: WantedCluster,
  observed: ClusterObservation,
  course: Course,
): Refusal[] {
  const ended = [...silent(observed, course), ...lostMajority(observed, course)];
  const always = [...foreign(wanted, observed), ...unreachable(observed)];
  if (ended.length > 0) return [...ended, ...always];
  return [
    ...always,
    ...strangers(wanted, observed),
    ...versionJumps(wanted, observed, course),
    ...changedRoles(wanted, course),
    ...movedServers(wanted, observed),
    ...undead(wanted, observed),
  ];
}

/** Volumes whose data would be lost with a node's disk and has no copy of the last day. */
export function unsavedVolumes(
  { name, discardVolumes }: WantedNode,
  { now }: WantedCluster,
  observed: ClusterObservation,
): string[] {
  const volumes = observed.hosts.find(({ host }) => host.name === name)?.localVolumes ?? [];
  return volumes
    .filter(({ claim, lastVerifiedBackup }) => {
      const age = now.getTime() - Date.parse(lastVerifiedBackup ?? "");
      return !discardVolumes.includes(claim) && !(age < backupHours * 3_600_000);
    })
    .map(({ claim, lastVerifiedBackup }) => {
      const backup =
        lastVerifiedBackup === undefined
          ? "no verified backup"
          : `no verified backup since ${lastVerifiedBackup}`;
      return `${claim} on ${name} has ${backup}: back it up with npm run backup, or give its data up with discardVolumes: [${claim}] in the row of ${name}`;
    });
}
