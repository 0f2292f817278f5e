import type { ClusterObservation } from "../../components/k3s/observation";
import { majorityOf } from "../../components/k3s/quorum";
import type { HostConfig } from "../../config/schema";
import { observe } from "../observe/observe";
import { recordRun, runRows } from "../records/run";
import { presentHosts, runOnHost } from "../connection/session";
import { renderTable } from "../table";
import { namesOf, powerAccess, powerRun, type PowerState, powerStates, until } from "./hosts";
import { ailments, type PowerOptions, type PowerRun } from "./power";

const runbook = "docs/runbooks/cold-start.md";
const everySeconds = 5;
const quorumSeconds = 600;
const nodeSeconds = 700;
/** Certificates are good from the minute they are made, and etcd warns of a second. */
const mostSkewSeconds = 60;
const skewPatience = { seconds: 120, everySeconds };

function answering(states: readonly PowerState[]): HostConfig[] {
  return states.filter(({ unreachable }) => unreachable === undefined).map(({ host }) => host);
}

/** Whether enough servers are there for etcd to decide anything. */
function enough(hosts: readonly HostConfig[], all: readonly HostConfig[]): boolean {
  const servers = (rows: readonly HostConfig[]) => rows.filter(({ role }) => role === "server");
  return servers(hosts).length >= majorityOf(servers(all).length);
}

/**
 * Waits until every host answers, or until a majority of servers has and the others had their time.
 *
 * @throws Error naming those that are missing when too few servers answer.
 */
async function awaitHosts(run: PowerRun): Promise<HostConfig[]> {
  const { access, patienceSeconds, graceSeconds, print } = run;
  const all = presentHosts(access.config);
  let said = -Infinity;
  let states: readonly PowerState[] = [];
  const missing = () => states.filter(({ unreachable }) => unreachable !== undefined);
  const found = await until({ seconds: patienceSeconds, everySeconds }, async (waited) => {
    states = await powerStates(access);
    const there = answering(states);
    const settled = there.length === all.length || (waited >= graceSeconds && enough(there, all));
    if (settled) return there;
    if (waited - said >= 30) {
      said = waited;
      const names = namesOf(missing().map(({ host }) => host));
      print(`waiting for ${names} (${Math.round(waited)} s): are power and network plugged in?\n`);
    }
    return undefined;
  });
  const lines = missing().flatMap(({ unreachable }) => unreachable ?? []);
  if (found === undefined) {
    const need = `too few servers answer after ${patienceSeconds} s, so nothing was started`;
    throw new Error([...lines, `${need}: see ${runbook}, then run this again`].join("\n"));
  }
  for (const line of lines) print(`note: going on without it: ${line}\n`);
  return found;
}

/** A Pi has no clock of its own: it is right once the network's time server has answered. */
async function awaitClocks(run: PowerRun, hosts: readonly HostConfig[]): Promise<void> {
  const { access, print } = run;
  let wrong: readonly PowerState[] = [];
  const right = await until(skewPatience, async () => {
    const states = await powerStates(access, hosts);
    wrong = states.filter(({ clockAhead }) => Math.abs(clockAhead) > mostSkewSeconds);
    return wrong.length === 0 ? true : undefined;
  });
  if (right !== undefined) return;
  const offs = wrong.map(({ host, clockAhead }) => `${host.name} by ${clockAhead} s`).join(", ");
  print(`note: clocks differ from this machine's: ${offs}; is the time server reachable?\n`);
}

/** Waits until a server's API answers and a majority of etcd's members is healthy. */
async function awaitQuorum(run: PowerRun): Promise<ClusterObservation> {
  const { access, print } = run;
  let said = -Infinity;
  let last: ClusterObservation | undefined;
  const found = await until({ seconds: quorumSeconds, everySeconds }, async (waited) => {
    last = await observe(access);
    const voters = last.members.filter(({ learner }) => !learner);
    const healthy = voters.filter((member) => member.healthy).length;
    const served = last.hosts.some(({ api }) => api);
    if (served && healthy >= majorityOf(voters.length)) return last;
    if (waited - said >= 30) {
      said = waited;
      print(`waiting for etcd: ${healthy} of ${voters.length} members answer\n`);
    }
    return undefined;
  });
  if (found !== undefined) return found;
  const ill = last === undefined ? [] : ailments(last);
  const mend = `look with 'sudo journalctl -u k3s' on the servers, or see ${runbook}`;
  throw new Error([...ill, `etcd has no majority after ${quorumSeconds} s: ${mend}`].join("\n"));
}

/** Starts servers, all at once as each waits for the others' etcd, then agents. */
async function start(run: PowerRun, hosts: readonly HostConfig[]): Promise<void> {
  const { access } = run;
  for (const role of ["server", "agent"] as const) {
    const rows = hosts.filter((host) => host.role === role);
    await powerRun(access, rows, ["start"], 120);
  }
}

async function switchOn(run: PowerRun): Promise<ClusterObservation> {
  const { access, recorder } = run;
  const { virtualIp } = access.config.k3s;
  const hosts = await recorder.phase("hosts answer", () => awaitHosts(run));
  await recorder.phase("clocks", () => awaitClocks(run, hosts));
  await recorder.phase("start k3s", () => start(run, hosts));
  const observed = await recorder.phase("quorum", () => awaitQuorum(run));
  const host = observed.hosts.find(({ api }) => api)?.host;
  if (host === undefined) throw new Error("no server's API answers");
  const nodes = hosts
    .map(({ name }) => name)
    .filter((name) => observed.nodes.some((node) => node.name === name));
  await recorder.phase("nodes ready", () =>
    powerRun(access, [host], ["await", "--nodes", nodes.join(" ")], nodeSeconds),
  );
  if (virtualIp !== undefined) {
    const args = ["await-ready", "--nodes", nodes.join(" "), "--virtual-ip", virtualIp];
    await recorder.phase("virtual address", () =>
      runOnHost(access, { host, script: "k3s-node.sh", args, timeoutSeconds: nodeSeconds }),
    );
  }
  await recorder.phase("uncordon", () => powerRun(access, [host], ["home"]));
  return recorder.phase("etcd", () => observe(access));
}

/**
 * Brings a cluster back that was switched off or lost its power: waits for the hosts, starts k3s
 * where it is off, and waits until etcd, the nodes and the virtual address are back.
 *
 * @returns the exit code.
 * @throws Error naming what is missing and what to do.
 */
export async function powerOn(options: PowerOptions): Promise<number> {
  const { folder, print } = options;
  const access = powerAccess(options.access);
  const { stack, config } = access;
  const nodes = presentHosts(config).map(({ name }) => name);
  await recordRun(
    { stack, kind: "power", nodes, ...(folder === undefined ? {} : { folder }) },
    async (recorder) => {
      recorder.measure("direction", "on");
      const observed = await switchOn({ ...options, access, recorder });
      const missing = ailments(observed);
      recorder.measure("notBack", missing.length);
      print(renderTable(runRows(recorder.run)));
      for (const line of missing) print(`note: ${line}\n`);
      const voters = observed.members.filter(({ learner, healthy }) => healthy && !learner);
      print(
        `${stack} is on: ${voters.length} of ${observed.members.length} servers vote in etcd, ` +
          `${observed.nodes.filter(({ ready }) => ready).length} of ${nodes.length} nodes are Ready\n`,
      );
    },
  );
  return 0;
}
