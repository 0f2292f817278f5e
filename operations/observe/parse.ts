import type {
  ClusterObservation,
  EtcdMember,
  HostObservation,
  LocalVolume,
  NodeObservation,
} from "../../components/k3s/observation";
import type { HostConfig } from "../../config/schema";

/** A volume and the node whose disk it is on. */
interface PlacedVolume extends LocalVolume {
  readonly node: string;
}

/** What a host said, before volumes are told to their hosts. */
export interface HostReport extends Omit<HostObservation, "localVolumes"> {
  readonly volumes: readonly PlacedVolume[];
}

function optional<K extends string>(key: K, value: string | undefined): Partial<Record<K, string>> {
  const entry: Partial<Record<K, string>> = {};
  if (value !== undefined && value !== "") entry[key] = value;
  return entry;
}

/** k3s names members after their node and eight random hex digits. */
function memberName(name: string): string {
  return name.replace(/-[0-9a-f]{8}$/, "");
}

function memberOf([id = "", name = "", url = "", vote, health]: readonly string[]): EtcdMember {
  return {
    id,
    name: memberName(name),
    address: url.replace(/^https?:\/\//, "").replace(/:\d+$/, ""),
    learner: vote === "learner",
    healthy: health === "healthy",
  };
}

function nodeOf(cells: readonly string[]): NodeObservation {
  const [name = "", ready, voter, cordoned, version = "", internalIp = "", , etcd, since] = cells;
  const [controlPlane] = cells.slice(6);
  const server = controlPlane === "true" || etcd === "true";
  return {
    name,
    ready: ready === "True",
    voter: etcd === "true" && (voter === "" ? ready === "True" : voter === "True"),
    schedulable: cordoned !== "true",
    ...{ version, internalIp: internalIp.split(" ")[0] ?? "" },
    roles: [server ? "server" : "agent"],
    ...optional("startedMaintenance", since),
  };
}

function volumeOf([node = "", claim = "", path = "", backup]: readonly string[]): PlacedVolume {
  return { node, claim, path, ...optional("lastVerifiedBackup", backup) };
}

/** The members where a server lists none: what the nodes say of themselves. */
function membersOfNodes(nodes: readonly NodeObservation[]): EtcdMember[] {
  return nodes
    .filter(({ roles }) => roles.includes("server"))
    .map(({ name, internalIp, voter, ready }) => ({
      ...{ id: name, name, address: internalIp },
      ...{ learner: ready && !voter, healthy: ready },
    }));
}

/** What is known of a host that could not be looked at. */
export function unseen(host: HostConfig, unreachable: string): HostReport {
  return {
    ...{ host, unreachable, api: false },
    k3s: { active: false },
    etcd: { hasData: false, members: [] },
    ...{ nodes: [], volumes: [], files: {} },
  };
}

/**
 * Reads what observe.sh prints.
 *
 * @returns undefined when its last line is missing.
 */
export function parseReport(host: HostConfig, output: string): HostReport | undefined {
  const rows = output.split("\n").map((line) => line.split("\t"));
  const all = (kind: string) => rows.filter(([first]) => first === kind).map(([, ...rest]) => rest);
  const one = (kind: string) => all(kind)[0] ?? [];
  if (all("end").length === 0) return undefined;
  const [version, unit, active, startedAt] = one("k3s");
  const [generation = ""] = one("generation");
  const [applied] = one("applied");
  const nodes = all("node").map(nodeOf);
  const api = one("api")[0] === "yes";
  const listed = all("member").map(memberOf);
  return {
    host,
    ...optional("clusterId", one("cluster")[0]),
    ...(generation === "" ? {} : { generation: Number(generation) }),
    k3s: {
      ...optional("version", version),
      ...(unit === "k3s" || unit === "k3s-agent" ? { unit } : {}),
      active: active === "active",
      ...optional("startedAt", startedAt),
      ...(applied === undefined || unit === "" ? {} : { applied: applied === "yes" }),
    },
    etcd: {
      hasData: one("etcd")[0] === "yes",
      members: listed.length > 0 ? listed : membersOfNodes(nodes),
    },
    ...{ api, nodes },
    volumes: all("volume").map(volumeOf),
    files: Object.fromEntries(all("file").map(([path = "", digest = ""]) => [path, digest])),
    ...optional("rebootReason", one("reboot")[0]),
  };
}

/** The server to believe: one whose API answers, then one that sees more healthy members. */
function bestInformed(reports: readonly HostReport[]): HostReport | undefined {
  const rank = ({ api, etcd }: HostReport) =>
    (api ? 1000 : 0) +
    etcd.members.filter(({ healthy }) => healthy).length * 10 +
    etcd.members.length;
  return [...reports].sort((left, right) => rank(right) - rank(left))[0];
}

/** Puts the hosts' reports together: whoever is best informed tells of members, nodes and volumes. */
export function joinReports(reports: readonly HostReport[]): ClusterObservation {
  const best = bestInformed(reports);
  const hosts = reports.map((report): HostObservation => {
    const { volumes, ...host } = report;
    const source = best?.api === true ? best.volumes : volumes;
    const own = source.filter(({ node }) => node === host.host.name);
    return { ...host, localVolumes: own.map(({ node: _, ...volume }) => volume) };
  });
  return { hosts, members: best?.etcd.members ?? [], nodes: best?.nodes ?? [] };
}
