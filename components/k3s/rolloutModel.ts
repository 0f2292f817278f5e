import type { ClusterObservation } from "./observation";
import type { StepKind } from "./rolloutSteps";

/** What sets a node apart from what is wanted of it. */
export type Difference =
  | "config"
  | "version"
  /** A reboot is due. */
  | "reboot"
  | "rotation"
  /** The generation of its row was raised. */
  | "generation"
  /** k3s is installed and does not run. */
  | "stopped"
  | "join"
  /** The cluster knows it, and its disk is fresh. */
  | "rebuild"
  /** It has no row any more. */
  | "remove"
  /** Its row says it is dead. */
  | "forget";

/** One node as it is wanted. */
export interface WantedNode {
  readonly name: string;
  readonly role: "server" | "agent";
  readonly address: string;
  /** k3s release. */
  readonly version: string;
  /** Empty: nothing is to be done. */
  readonly differs: readonly Difference[];
  /** `namespace/claim` of volumes whose data may be lost. */
  readonly discardVolumes: readonly string[];
}

/** Everything wanted of a cluster, in the order of the configuration; removed nodes last. */
export interface WantedCluster {
  readonly nodes: readonly WantedNode[];
  /** Identity of the cluster, where it is known. Default: what most hosts say. */
  readonly clusterId?: string;
  /** Whether pods are moved away before a node is disturbed. Default: true. */
  readonly drain?: boolean;
  /** The time at which backups are judged. */
  readonly now: Date;
}

/** The cluster between two steps: what planning changes as it goes. */
export interface Course {
  readonly votes: Map<string, { voter: boolean; healthy: boolean }>;
  /** Release of every node of the cluster, and whether it is Ready. */
  readonly nodes: Map<string, { role: "server" | "agent"; version: string; ready: boolean }>;
}

/** A member that was added and never started has no name; an interrupted join takes it up again. */
export const unstarted = "-";

/** Where a run begins. */
export function begin({ hosts, members, nodes }: ClusterObservation): Course {
  const seen = hosts.filter(({ unreachable }) => unreachable === undefined);
  const carriers = seen.filter(({ etcd }) => etcd.hasData);
  const serving = new Set(carriers.filter(({ k3s }) => k3s.active).map(({ host }) => host.name));
  const off = new Set(seen.map(({ host }) => host.name).filter((name) => !serving.has(name)));
  const votes: Course["votes"] = new Map(
    members
      .filter(({ name }) => name !== unstarted)
      .map(({ name, learner, healthy }) => [
        name,
        { voter: !learner, healthy: healthy && !off.has(name) },
      ]),
  );
  const [only] = carriers;
  const servers = hosts.filter(({ host }) => host.role === "server");
  if (votes.size === 0 && only !== undefined && carriers.length === 1 && servers.length === 1) {
    votes.set(only.host.name, { voter: true, healthy: false });
  }
  return {
    votes,
    nodes: new Map(
      nodes.map(({ name, roles, version, ready }) => [
        name,
        { role: roles.includes("server") ? "server" : "agent", version, ready },
      ]),
    ),
  };
}

/** What the cluster is once a step has succeeded. */
export function advance(node: WantedNode, kind: StepKind, course: Course): void {
  const { name, role, version } = node;
  if (kind === "remove" || kind === "forget" || kind === "rebuild") {
    course.votes.delete(name);
    course.nodes.delete(name);
  }
  if (kind === "remove" || kind === "forget") return;
  if (role === "server") course.votes.set(name, { voter: true, healthy: true });
  course.nodes.set(name, { role, version, ready: true });
}
