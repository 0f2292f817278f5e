import type { HostFacts, Facts } from "../../../operations/doctor/facts";
import { nothingKnown } from "../../../operations/doctor/facts";
import { parseConfig } from "../../../config/parse";
import type { Config, HostConfig } from "../../../config/schema";
import { ownCluster } from "../../support/program";

const version = "v1.36.4+k3s1";

/** The configuration of three servers and an agent. */
export function configOf(k3s: object = {}): Config {
  const { config } = parseConfig({ ...ownCluster, k3s: { ...ownCluster.k3s, version, ...k3s } });
  if (config === undefined) throw new Error("the configuration of the tests is refused");
  return config;
}

/** When everything was looked at. */
export const now = Date.parse("2026-03-01T12:00:00Z") / 1000;

const day = 86_400;

/** A Raspberry Pi on which all is well. */
export function healthyPi(host: HostConfig): HostFacts {
  const server = host.role === "server";
  return {
    host,
    clock: { asked: now, first: now + 1, last: now + 4, answered: now + 5 },
    model: "Raspberry Pi 4 Model B Rev 1.4",
    container: false,
    timeSynchronised: true,
    unit: { name: server ? "k3s" : "k3s-agent", state: "active", restarts: 0 },
    certificates: [
      { path: "server/tls/client-admin.crt", end: now + 300 * day },
      { path: "server/tls/server-ca.crt", end: now + 3000 * day },
    ],
    filesystems: [
      {
        ...{ mount: "/", sizeKb: 240_000_000, freeKb: 180_000_000 },
        ...{ inodes: 1_000_000, freeInodes: 900_000, readOnly: false },
      },
    ],
    disk: { kind: "ssd", device: "sda", name: "Portable SSD T7", wear: "" },
    writes: [1.2, 1.3, 1.4, 4],
    walWrites: [
      { bound: 0.008, count: 9_990 },
      { bound: 0.016, count: 10_000 },
      { bound: Infinity, count: 10_000 },
    ],
    etcdBytes: 40_000_000,
    etcdQuotaBytes: 2_147_483_648,
    memory: { totalKb: 8_000_000, availableKb: 5_000_000, swapKb: 0 },
    celsius: 52,
    throttled: 0,
    kernel: { undervoltage: 0, outOfMemory: 0, diskErrors: 0 },
    virtualIp: { held: host.name === "pi-1", answers: true, hardwareAddress: "" },
    ...(server ? { snapshot: { taken: now - 3 * 3600, bytes: 8_000_000, file: "s" } } : {}),
    pods: server
      ? [
          {
            ...{ namespace: "media", name: "plex-0", node: "pi-4", phase: "Running" },
            created: now - day,
            containers: [{ ready: true, restarts: 0, waiting: "" }],
          },
        ]
      : [],
    refusals: [],
    releases: [],
  };
}

/** What is different on some hosts; nothing: the host is dead. */
export type Changes = Readonly<Record<string, Partial<HostFacts> | undefined>>;

/** Three healthy servers and an agent, but for what is told. */
export function factsOf(changes: Changes = {}): Facts {
  const config = configOf();
  const hosts = config.hosts.map((host) => {
    const { name } = host;
    if (!Object.hasOwn(changes, name)) return healthyPi(host);
    const change = changes[name];
    return change === undefined
      ? nothingKnown(host, `${name}: does not answer SSH at ${host.address}: is it on?`)
      : { ...healthyPi(host), ...change };
  });
  const dead = hosts.filter(({ unreachable }) => unreachable !== undefined);
  const well = (name: string) => !dead.some(({ host }) => host.name === name);
  return {
    ...{ stack: "home", config, hosts, now },
    cluster: {
      hosts: config.hosts.map((host) => ({
        host,
        k3s: well(host.name) ? { version, active: true, applied: true } : { active: false },
        ...{ etcd: { hasData: true, members: [] }, api: host.role === "server" },
        ...{ nodes: [], localVolumes: [], files: {} },
      })),
      members: config.hosts
        .filter(({ role }) => role === "server")
        .map(({ name, address }) => ({
          ...{ id: name, name, address, learner: false, healthy: well(name) },
        })),
      nodes: config.hosts.map(({ name, address, role }) => ({
        ...{ name, version, internalIp: address, roles: [role], ready: well(name) },
        ...{ voter: role === "server", schedulable: true },
      })),
    },
  };
}
