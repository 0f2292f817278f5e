import type { HostConfig } from "../../config/schema";
import type { HostState, LostHost } from "./hosts";

/** Who does what in a restore. */
export interface RestorePlan {
  /** Names this restore on every host, so that one that was cut off goes on. */
  readonly id: string;
  /** Snapshot, or `none` to keep the data the server has. */
  readonly snapshot: string;
  readonly from: "local" | "off-host" | "none";
  /** The server that comes back first, alone. */
  readonly first: HostState;
  /** Servers that join it afterwards, one at a time. */
  readonly servers: readonly HostConfig[];
  /** Hosts that run agents. */
  readonly agents: readonly HostConfig[];
  /** Blank hosts, which the next `pulumi up` makes nodes. */
  readonly blank: readonly HostConfig[];
  /** Hosts given up. */
  readonly without: readonly string[];
}

/** What a plan is made of. */
export interface PlanInput {
  readonly snapshot: string;
  readonly from: RestorePlan["from"];
  /** Name of the server that is to come back first. */
  readonly on: string;
  readonly states: readonly HostState[];
  readonly lost: readonly LostHost[];
  /** Hosts that are said to be lost. */
  readonly without: readonly string[];
}

/**
 * Decides who does what.
 *
 * @throws Error with one line per reason: a server that cannot be asked may still serve the old
 * data, and has to be switched on or given up by name.
 */
export function planRestore(input: PlanInput): RestorePlan {
  const { snapshot, from, on, states, lost, without } = input;
  const unclear = lost.filter(({ host }) => !without.includes(host.name));
  if (unclear.length > 0) {
    throw new Error(
      unclear
        .map(({ host, reason }) => `${reason}; or give it up: --without ${host.name}`)
        .join("\n"),
    );
  }
  const here = states.filter(({ host }) => !without.includes(host.name));
  const first = here.find(({ host }) => host.name === on && host.role === "server");
  if (first === undefined) throw new Error(`${on} is no server of the stack that can be reached`);
  if (from === "none" && !first.data) {
    throw new Error(`${on} has no data of etcd: name a server that has, with --on, or a snapshot`);
  }
  const others = here.filter(({ host }) => host.name !== on);
  return {
    // Given up on one more host, a restore begins anew: its servers may wait for that one for ever.
    id: [`${snapshot}@${on}`, ...[...without].sort()].join("+"),
    ...{ snapshot, from, first },
    servers: others.filter(({ role }) => role === "server").map(({ host }) => host),
    agents: others.filter(({ role }) => role === "agent").map(({ host }) => host),
    blank: others.filter(({ role }) => role === "none").map(({ host }) => host),
    without,
  };
}

const listed = (hosts: readonly HostConfig[]): string => hosts.map(({ name }) => name).join(", ");

/** The steps in words, for the dry run and the question before. */
export function describePlan(plan: RestorePlan): string[] {
  const { first, servers, agents, blank, without, from, snapshot } = plan;
  const { name } = first.host;
  const all = [first.host, ...servers, ...agents];
  const data = from === "none" ? "its own data" : snapshot;
  return [
    ...(first.active ? [`save a snapshot of the present state on ${name}`] : []),
    `stop k3s on ${listed(all)}; pods go on running, the API is away`,
    `make ${name} the only member, with ${data}; its old data stays in /var/lib/rancher/k3s/server/db`,
    `start ${name} and wait until it serves`,
    ...servers.map(
      (host) =>
        `${host.name}: put its data aside in /var/lib/bramble/kept, join ${name}, wait until it votes`,
    ),
    ...(agents.length > 0 ? [`start ${listed(agents)}`] : []),
    `wait until ${listed(all)} are Ready and vote, count the pods`,
    ...(blank.length > 0
      ? [`afterwards, by you: pulumi up, which makes ${listed(blank)} nodes`]
      : []),
    ...(without.length > 0
      ? [
          `afterwards, by you: wipe ${without.join(", ")} before they come back, see docs/runbooks/rebuild.md`,
        ]
      : []),
  ];
}
