import { createHash } from "node:crypto";
import type { ClusterObservation, HostObservation } from "../../components/k3s/observation";
import type { Difference, WantedCluster, WantedNode } from "../../components/k3s/rolloutModel";
import type { Config, HostConfig } from "../../config/schema";
import type { Registration } from "../inprocess/run";
import { isUnknown } from "../inprocess/values";

/** The folder in which a node's wanted state is staged. */
const stagingFolder = "/etc/bramble/k3s/";

/** SHA-256 of the files staged for k3s, by their path, for each host's address. */
export type StagedFiles = ReadonlyMap<string, Readonly<Record<string, string>>>;

interface CommandInputs {
  readonly connection?: { readonly host?: string };
  readonly create?: string;
  readonly stdin?: unknown;
}

/** The digest that `sha256sum` prints of a file with such a text. */
export function digestOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** What the program would stage for k3s on each host, as far as it is no secret. */
export function stagedFiles(registrations: readonly Registration[]): StagedFiles {
  const files = new Map<string, Record<string, string>>();
  for (const { type, inputs, secretInputs } of registrations) {
    if (type !== "command:remote:Command" || secretInputs.includes("stdin")) continue;
    const { connection, create = "", stdin } = inputs as CommandInputs;
    const path = /\/file\.sh converge --path (\S+)/.exec(create)?.[1] ?? "";
    if (!path.startsWith(stagingFolder) || typeof stdin !== "string" || isUnknown(stdin)) continue;
    const address = connection?.host ?? "";
    const digest = digestOf(stdin);
    files.set(address, { ...files.get(address), [path.slice(stagingFolder.length)]: digest });
  }
  return files;
}

function presentDifferences(
  row: HostConfig,
  host: HostObservation,
  { nodes, members }: ClusterObservation,
  version: string,
  files: Readonly<Record<string, string>>,
): Difference[] {
  const { k3s, etcd, generation, rebootReason } = host;
  const node = nodes.find(({ name }) => name === row.name);
  const known = node !== undefined || members.some(({ name }) => name === row.name);
  const blank = k3s.unit === undefined || (row.role === "server" && !etcd.hasData);
  if (blank) return [known ? "rebuild" : "join"];
  const differs = Object.entries(files).some(([path, digest]) => host.files[path] !== digest);
  const older = [k3s.version, node?.version].some((is) => is !== undefined && is !== version);
  const found: readonly (readonly [Difference, boolean])[] = [
    ["version", older],
    ["config", differs || (k3s.applied === false && k3s.active && !older)],
    ["reboot", rebootReason !== undefined],
    ["generation", generation !== undefined && generation !== row.generation],
    ["stopped", !k3s.active],
  ];
  return found.flatMap(([difference, is]) => (is ? [difference] : []));
}

/**
 * What is wanted of each node and what it lacks: rows in their order, then nodes without a row.
 *
 * @param files what the program would stage, see {@link stagedFiles}.
 */
export function wantedCluster(
  config: Config,
  observed: ClusterObservation,
  files: StagedFiles,
  now: Date = new Date(),
): WantedCluster {
  const { version, drainTimeout } = config.k3s;
  const rows = config.hosts.map((row): WantedNode => {
    const { name, role, address, discardVolumes } = row;
    const host = observed.hosts.find((candidate) => candidate.host.name === name);
    const known = [...observed.nodes, ...observed.members].some((other) => other.name === name);
    const staged = files.get(address) ?? {};
    const differs: readonly Difference[] =
      row.state === "gone"
        ? known
          ? ["forget"]
          : []
        : host === undefined || host.unreachable !== undefined
          ? []
          : presentDifferences(row, host, observed, version, staged);
    return { name, role, address, version, differs, discardVolumes };
  });
  const removed = observed.nodes
    .filter(({ name }) => !config.hosts.some((row) => row.name === name))
    .map(({ name, roles, internalIp, version: running }): WantedNode => ({
      ...{ name, role: roles[0] ?? "agent", address: internalIp, version: running },
      ...{ differs: ["remove"], discardVolumes: [] },
    }));
  return { nodes: [...rows, ...removed], drain: drainTimeout > 0, now };
}
