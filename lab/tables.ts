import { mediaAppNames } from "../catalogue/apps/names";
import { type ApiObject, type ClusterClient } from "./engine/client";
import { isAvailable } from "./engine/kubernetes";

/** Lays rows out in columns under their heads. */
export function renderTable(
  title: string,
  heads: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const widths = heads.map((head, column) =>
    Math.max(head.length, ...rows.map((row) => (row[column] ?? "").length)),
  );
  const line = (cells: readonly string[]): string =>
    `  ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ")}`.trimEnd();
  return ["", title, line(heads), ...rows.map(line), ""].join("\n");
}

interface Condition {
  readonly type: string;
  readonly status: string;
}

interface NodeState {
  readonly status?: {
    readonly conditions?: readonly Condition[];
    readonly nodeInfo?: { readonly kubeletVersion?: string };
  };
}

function condition(object: ApiObject, type: string): string {
  const conditions = (object as NodeState).status?.conditions ?? [];
  return conditions.find((row) => row.type === type)?.status ?? "";
}

/** One node of the cluster, as the table shows it. */
export interface NodeRow {
  readonly name: string;
  readonly role: "server" | "agent";
  readonly version: string;
  readonly ready: boolean;
  readonly voter: boolean;
}

/** The cluster's nodes by name. */
export async function nodeRows(client: ClusterClient): Promise<NodeRow[]> {
  const nodes = await client.list("v1", "Node");
  return nodes
    .map((node): NodeRow => {
      const labels = node.metadata?.labels ?? {};
      return {
        name: node.metadata?.name ?? "",
        role: "node-role.kubernetes.io/control-plane" in labels ? "server" : "agent",
        version: (node as NodeState).status?.nodeInfo?.kubeletVersion ?? "",
        ready: condition(node, "Ready") === "True",
        voter: condition(node, "EtcdIsVoter") === "True",
      };
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The table of nodes. */
export function nodesTable(rows: readonly NodeRow[]): string {
  return renderTable(
    "Nodes",
    ["name", "role", "version", "ready", "etcd"],
    rows.map(({ name, role, version, ready, voter }) => [
      ...[name, role, version, ready ? "Ready" : "NOT READY"],
      role === "agent" ? "-" : voter ? "voter" : "NO VOTER",
    ]),
  );
}

/** One app of the media stack, as the table shows it. */
export interface AppRow {
  readonly name: string;
  readonly requested: string;
  readonly assigned: string;
  /** Where its pod was scheduled; empty when it was not. */
  readonly node: string;
  readonly pod: string;
  readonly available: boolean;
}

interface ServiceState {
  readonly status?: { readonly loadBalancer?: { readonly ingress?: readonly { ip?: string }[] } };
}

interface PodState {
  readonly spec?: { readonly nodeName?: string };
  readonly status?: { readonly phase?: string };
}

const nameLabel = "app.kubernetes.io/name";

function byName(objects: readonly ApiObject[]): Map<string, ApiObject> {
  return new Map(
    objects
      .filter(({ metadata }) => metadata?.deletionTimestamp === undefined)
      .map((object) => [object.metadata?.labels?.[nameLabel] ?? "", object]),
  );
}

const appNames: readonly string[] = mediaAppNames;

/** The media apps by name: one for each Deployment; their tools are none. */
export async function appRows(client: ClusterClient, namespace: string): Promise<AppRow[]> {
  const list = (version: string, kind: string) => client.list(version, kind, namespace);
  const [deployments, services, pods] = await Promise.all([
    list("apps/v1", "Deployment"),
    list("v1", "Service").then(byName),
    list("v1", "Pod").then(byName),
  ]);
  return deployments
    .filter(({ metadata }) => appNames.includes(metadata?.name ?? ""))
    .map((deployment): AppRow => {
      const name = deployment.metadata?.name ?? "";
      const service = services.get(name);
      const pod = pods.get(name) as PodState | undefined;
      const ingress = (service as ServiceState | undefined)?.status?.loadBalancer?.ingress;
      return {
        name,
        requested: service?.metadata?.annotations?.["metallb.io/loadBalancerIPs"] ?? "",
        assigned: ingress?.[0]?.ip ?? "",
        node: pod?.spec?.nodeName ?? "",
        pod: pod?.status?.phase ?? "none",
        available: isAvailable(deployment),
      };
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The table of apps; `unassigned` says why an address that was asked for is not there. */
export function appsTable(rows: readonly AppRow[], unassigned: string): string {
  return renderTable(
    "Media apps",
    ["name", "requested", "assigned", "pod", "scheduled on"],
    rows.map(({ name, requested, assigned, node, pod }) => [
      ...[name, requested === "" ? "-" : requested],
      assigned !== "" ? assigned : requested === "" ? "-" : `requested, ${unassigned}`,
      ...[pod, node === "" ? "NOT SCHEDULED" : node],
    ]),
  );
}
