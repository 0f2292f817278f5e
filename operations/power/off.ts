import type { HostConfig } from "../../config/schema";
import { observe } from "../observe/observe";
import { recordRun, runRows } from "../records/run";
import { presentHosts } from "../connection/session";
import { renderTable } from "../table";
import { namesOf, powerAccess, powerRun, powerStates, until } from "./hosts";
import { ailments, type PowerOptions, type PowerRun } from "./power";

const stopSeconds = 300;
const silence = { seconds: 120, everySeconds: 3 };

/** The order in which hosts go: agents, then servers, the first of the list last. */
export function shutdownOrder(hosts: readonly HostConfig[]): HostConfig[] {
  const of = (role: HostConfig["role"]) => hosts.filter((host) => host.role === role).reverse();
  return [...of("agent"), ...of("server")];
}

/** Stops k3s and its pods on a host after the other; an NFS server goes on until its clients are off. */
async function stopAll({ access, recorder }: PowerRun, hosts: readonly HostConfig[]) {
  const { virtualIp } = access.config.k3s;
  for (const host of shutdownOrder(hosts)) {
    const address = host.role === "server" && virtualIp !== undefined ? virtualIp : "";
    const args = ["stop", ...(address === "" ? [] : ["--virtual-ip", address])];
    await recorder.phase(`stop ${host.name}`, () => powerRun(access, [host], args, stopSeconds));
  }
}

/** Switches hosts off and waits until they are silent. */
async function halt({ access, print }: PowerRun, hosts: readonly HostConfig[]): Promise<void> {
  if (hosts.length === 0) return;
  await powerRun(access, hosts, ["halt"], 60);
  let left = hosts;
  const silent = await until(silence, async () => {
    const states = await powerStates(access, left);
    left = states.filter(({ unreachable }) => unreachable === undefined).map(({ host }) => host);
    return left.length === 0 ? true : undefined;
  });
  if (silent === undefined) {
    print(`note: still on after ${silence.seconds} s: ${namesOf(left)}; look at their screens\n`);
  }
}

async function switchOff(run: PowerRun, hosts: readonly HostConfig[], answers: boolean) {
  const { access, recorder, hostsStayOn } = run;
  const { name: exporter } =
    hosts.find(({ name }) => name === access.config.storage.nfs?.host) ?? {};
  if (answers) {
    const [server] = hosts.filter(({ role }) => role === "server");
    await recorder.phase("snapshot", () =>
      powerRun(access, server === undefined ? [] : [server], ["snapshot"]),
    );
  } else {
    recorder.skip("snapshot", "no API answers");
  }
  await stopAll(run, hosts);
  if (hostsStayOn) return;
  await recorder.phase("switch off", async () => {
    // Clients of an NFS server that is gone would hang as they go down.
    await halt(
      run,
      hosts.filter(({ name }) => name !== exporter),
    );
    await halt(
      run,
      hosts.filter(({ name }) => name === exporter),
    );
  });
}

/**
 * Stops the whole cluster in order: a snapshot, agents, then servers in reverse; data stays, and k3s
 * starts again at boot.
 *
 * @returns the exit code.
 * @throws Error with a line for each thing that is not well, unless forced.
 */
export async function powerOff(options: PowerOptions): Promise<number> {
  const { force, hostsStayOn, confirm, folder, print } = options;
  const access = powerAccess(options.access);
  const { stack, config } = access;
  const observed = await observe(access);
  const reachable = new Set(
    observed.hosts.flatMap(({ host, unreachable }) => (unreachable === undefined ? host.name : [])),
  );
  const hosts = presentHosts(config).filter(({ name }) => reachable.has(name));
  if (hosts.length === 0) throw new Error(`no host of ${stack} answers: it is off already`);
  const running = observed.hosts.filter(({ k3s }) => k3s.active);
  const problems = running.length === 0 ? [] : ailments(observed);
  if (problems.length > 0 && !force) {
    const mend = "mend that first, so that it comes back, or switch off all the same with --force";
    throw new Error([...problems, `nothing was switched off: ${mend}`].join("\n"));
  }
  for (const problem of problems) print(`note: ${problem}\n`);
  const what = hostsStayOn ? "k3s and its pods on" : "k3s and then the hosts";
  if (!(await confirm(`This stops ${what} ${namesOf(hosts)}.`, stack))) {
    print("\nNothing was switched off.\n");
    return 1;
  }
  const nodes = hosts.map(({ name }) => name);
  const answers = observed.hosts.some(({ api }) => api);
  await recordRun(
    { stack, kind: "power", nodes, ...(folder === undefined ? {} : { folder }) },
    async (recorder) => {
      recorder.measure("direction", hostsStayOn ? "off, hosts stay on" : "off");
      await switchOff({ ...options, access, recorder }, hosts, answers);
      print(renderTable(runRows(recorder.run)));
    },
  );
  const back = hostsStayOn ? "" : "switch the hosts on, then ";
  print(`${stack} is off. To start it: ${back}npm run power -- ${stack} on\n`);
  return 0;
}
