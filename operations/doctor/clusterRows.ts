import { certainGap, clockOffset, span } from "./measures";
import { isStuck } from "../charts/stuck";
import type { Facts, HostFacts, PodFacts, ReleaseFacts } from "./facts";
import { type ClusterRow, fail, judged, ok, unknown, warn } from "./row";

const seen = ({ hosts }: Facts) => hosts.filter(({ unreachable }) => unreachable === undefined);
const listed = (words: readonly string[], most = 6) =>
  words.length <= most
    ? words.join(", ")
    : `${words.slice(0, most).join(", ")} and ${words.length - most} more`;

/** The pods as the first server that lists any tells them. */
function podsOf(facts: Facts): readonly PodFacts[] {
  return facts.hosts.find(({ pods }) => pods.length > 0)?.pods ?? [];
}

/** Seconds in which a pod may be on its way. */
const podPatience = 300;

/** Why a pod is not well; nothing when it is, or is still young. */
function podTrouble(pod: PodFacts, now: number): string | undefined {
  const { phase, containers, namespace, name, created } = pod;
  const waiting = containers.find(({ ready, waiting: reason }) => !ready && reason !== "")?.waiting;
  const loops = waiting !== undefined && /BackOff|Err|Error/.test(waiting);
  if (phase === "Succeeded" || (now - created < podPatience && !loops)) return undefined;
  const unready = phase !== "Running" || containers.some(({ ready }) => !ready);
  return unready
    ? `${namespace}/${name} (${waiting ?? (phase === "Running" ? "not ready" : phase)})`
    : undefined;
}

/** The newest revision of each release, as the first server that lists any tells them. */
function latestReleases({ hosts }: Facts): readonly ReleaseFacts[] {
  const told = hosts.find(({ releases }) => releases.length > 0)?.releases ?? [];
  const newest = new Map<string, ReleaseFacts>();
  for (const one of [...told].sort((left, right) => left.revision - right.revision)) {
    newest.set(`${one.namespace}/${one.name}`, one);
  }
  return [...newest.values()];
}

function holders(hosts: readonly HostFacts[]): string[] {
  return hosts.filter(({ virtualIp }) => virtualIp?.held === true).map(({ host }) => host.name);
}

/** How the cluster is as a whole. */
export const clusterRows: readonly ClusterRow[] = [
  {
    id: "quorum",
    title: "etcd has a majority",
    mend: "start the servers that are down; if they are lost for good: docs/runbooks/failover.md",
    look: ({ cluster }) => {
      const voters = cluster.members.filter(({ learner }) => !learner);
      if (voters.length === 0) return fail("no server tells of any member");
      const healthy = voters.filter(({ healthy: well }) => well);
      const text = `${healthy.length} of ${voters.length} members healthy`;
      const majority = Math.floor(voters.length / 2) + 1;
      if (healthy.length < majority) return fail(`${text}: the cluster takes no changes`);
      const ill = voters.filter(({ healthy: well }) => !well).map(({ name }) => name);
      return ill.length === 0 ? ok(text) : warn(`${text}; not: ${listed(ill)}`);
    },
  },
  {
    id: "members",
    title: "etcd's members are the servers of the stack",
    mend: "`pulumi up` removes a member whose host is gone (state: gone) and adds one that is missing",
    look: ({ cluster, config }) => {
      if (cluster.members.length === 0) return undefined;
      const servers = config.hosts.filter(
        ({ role, state }) => role === "server" && state === "present",
      );
      const strangers = cluster.members.filter(
        ({ name }) => !servers.some((server) => server.name === name),
      );
      const missing = servers.filter(
        ({ name }) => !cluster.members.some((one) => one.name === name),
      );
      const learners = cluster.members.filter(({ learner }) => learner);
      const parts = [
        ...strangers.map(({ name }) => `${name} is no host of the stack`),
        ...missing.map(({ name }) => `${name} is missing`),
        ...learners.map(({ name }) => `${name} has no vote yet`),
      ];
      return parts.length === 0 ? ok(`${servers.length}, all voting`) : warn(listed(parts));
    },
  },
  {
    id: "nodes",
    title: "nodes are Ready",
    mend: "`kubectl describe node <node>` and, on the host, `sudo journalctl -u k3s -u k3s-agent -n 50`",
    look: ({ cluster, config }) => {
      if (cluster.nodes.length === 0) return fail("no server's API answers");
      const wanted = config.hosts
        .filter(({ state }) => state === "present")
        .map(({ name }) => name);
      const ready = cluster.nodes.filter((node) => node.ready).map(({ name }) => name);
      const down = wanted.filter((name) => !ready.includes(name));
      return down.length === 0 ? ok(`all ${wanted.length}`) : fail(`not Ready: ${listed(down)}`);
    },
  },
  {
    id: "cordoned",
    title: "nodes take pods",
    mend: "`pulumi up` ends an interrupted change and uncordons; by hand: `kubectl uncordon <node>`",
    look: ({ cluster }) => {
      if (cluster.nodes.length === 0) return undefined;
      const cordoned = cluster.nodes
        .filter(({ schedulable }) => !schedulable)
        .map(({ name, startedMaintenance }) =>
          startedMaintenance === undefined
            ? `${name} is cordoned by hand`
            : `${name} is in Bramble's maintenance since ${startedMaintenance}`,
        );
      return cordoned.length === 0 ? ok("all") : warn(listed(cordoned));
    },
  },
  {
    id: "versions",
    title: "one version of k3s",
    mend: "`pulumi up` goes on with the upgrade",
    look: ({ cluster }) => {
      const versions = [...new Set(cluster.nodes.map(({ version }) => version))].sort();
      if (versions.length === 0) return undefined;
      return versions.length === 1 ? ok(versions[0] ?? "") : warn(listed(versions));
    },
  },
  {
    id: "clocks",
    title: "clocks of the hosts agree",
    mend: "let NTP set them: `sudo timedatectl set-ntp true` on each",
    look: (facts) => {
      const clocks = seen(facts).flatMap(({ host, clock }) =>
        clock === undefined ? [] : [{ name: host.name, offset: clockOffset(clock) }],
      );
      const pairs = clocks.flatMap((left, index) =>
        clocks.slice(index + 1).map((right) => ({
          ...{ left: left.name, right: right.name },
          gap: certainGap(left.offset, right.offset),
        })),
      );
      const [worst] = pairs.sort((one, other) => other.gap - one.gap);
      if (worst === undefined) return undefined;
      const text = `${worst.left} and ${worst.right} are at least ${span(worst.gap)} apart`;
      return judged(
        worst.gap,
        { warn: 1, fail: 60 },
        worst.gap === 0 ? "as far as can be told" : text,
      );
    },
  },
  {
    id: "virtual-ip",
    title: "one server holds the virtual address",
    mend: "`kubectl -n kube-system get pods -l app.kubernetes.io/name=kube-vip -o wide`; restart the one on the wrong host",
    look: (facts) => {
      const { virtualIp } = facts.config.k3s;
      if (virtualIp === undefined) return undefined;
      const hosts = seen(facts).filter((host) => host.virtualIp !== undefined);
      if (hosts.length === 0) return unknown("no host tells");
      const held = holders(hosts);
      const answered = hosts.filter((host) => host.virtualIp?.answers === true);
      if (held.length > 1) return fail(`${virtualIp} is on ${listed(held)} at once`);
      if (held.length === 0) {
        return answered.length === 0
          ? fail(`nothing answers at ${virtualIp}`)
          : fail(
              `${virtualIp} answers and is on none of the hosts seen`,
              "another machine has this address, or its holder cannot be reached: look at your router's table",
            );
      }
      const deaf = hosts.filter((host) => host.virtualIp?.answers !== true);
      const names = deaf.map(({ host }) => host.name);
      const text = `${virtualIp} is on ${held[0] ?? ""}`;
      return deaf.length === 0 ? ok(text) : fail(`${text}, and does not answer ${listed(names)}`);
    },
  },
  {
    id: "pods",
    title: "pods run",
    mend: "`kubectl describe pod -n <namespace> <pod>` and `kubectl logs -n <namespace> <pod> --previous`",
    look: (facts) => {
      const pods = podsOf(facts);
      if (pods.length === 0) return undefined;
      const trouble = pods
        .map((pod) => podTrouble(pod, facts.now))
        .filter((text) => text !== undefined);
      return trouble.length === 0
        ? ok(`all ${pods.length} that should`)
        : warn(`${trouble.length} do not: ${listed(trouble)}`);
    },
  },
  {
    id: "releases",
    title: "Helm has ended what it began",
    mend: "`pulumi up` tries again; see docs/runbooks/manual-apply.md",
    look: (facts) => {
      const latest = latestReleases(facts);
      if (latest.length === 0) return undefined;
      const stuck = latest.filter(({ status, begun }) => isStuck(status, facts.now - begun));
      const failed = latest.filter(({ status }) => status === "failed");
      const text = [...stuck, ...failed].map(
        ({ namespace, name, status }) => `${namespace}/${name} is ${status}`,
      );
      if (stuck.length > 0) {
        const commands = stuck.map(
          ({ name }) => `\`npm run charts -- ${facts.stack} unstick ${name}\``,
        );
        return fail(listed(text), `${commands.join(", ")}, then \`pulumi up\``);
      }
      return failed.length > 0 ? warn(listed(text)) : ok(`all ${latest.length} releases`);
    },
  },
  {
    id: "refused",
    title: "no pod is refused by Pod Security",
    mend: "tighten the pod, or label its namespace with the level it needs (docs/decisions/0010-pod-security-defaults.md)",
    look: ({ hosts }) => {
      const told = hosts.find(({ refusals }) => refusals.length > 0)?.refusals ?? [];
      const objects = [...new Set(told.map(({ namespace, object }) => `${namespace}/${object}`))];
      return objects.length === 0 ? ok("none in the last hour") : warn(listed(objects));
    },
  },
  {
    id: "snapshots",
    title: "a fresh etcd snapshot exists",
    mend: "`sudo k3s etcd-snapshot save` on a server; copies off the hosts are told by the restore runbook",
    look: ({ hosts, now }) => {
      const taken = hosts.flatMap(({ snapshot, host }) =>
        snapshot === undefined ? [] : [{ at: snapshot.taken, name: host.name }],
      );
      const [newest] = taken.sort((left, right) => right.at - left.at);
      if (newest === undefined) return warn("none on any server that answers");
      const age = Math.max(0, now - newest.at);
      return judged(age, { warn: 86_400, fail: 7 * 86_400 }, `${span(age)} old, on ${newest.name}`);
    },
  },
];
