import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ChartKinds, NamesByResource } from "../../catalogue/chartKinds";
import { type ChartName, chartNames, charts } from "../../catalogue/charts";
import { isClusterScoped, resourceOf } from "../../catalogue/kinds";
import { projectDirectory } from "../stackFile";
import type { Gathered } from "./gather";
import type { KubernetesObject } from "./render";

/** The committed table: see `catalogue/chartKinds.ts`. */
export const kindsFile = join(projectDirectory, "catalogue", "chartKinds.json");

/** What charts make, by their keys in the catalogue. */
export type KindsTable = Readonly<Partial<Record<ChartName, ChartKinds>>>;

/** The table as it is committed. */
export function readKinds(): KindsTable {
  return existsSync(kindsFile) ? (JSON.parse(readFileSync(kindsFile, "utf8")) as KindsTable) : {};
}

/** Names by one key, collected; written out in order. */
class Names {
  private readonly known = new Map<string, Set<string>>();

  add(key: string, name: string): void {
    const names = this.known.get(key) ?? new Set();
    this.known.set(key, names.add(name));
  }

  sorted(): Record<string, string[]> {
    const entries = [...this.known].map(([key, names]) => [key, [...names].sort()] as const);
    return Object.fromEntries(entries.sort(([left], [right]) => (left < right ? -1 : 1)));
  }
}

/** The ClusterRole that a binding names, if it names one. */
export function boundClusterRole(object: object): string | undefined {
  const { roleRef } = object as { roleRef?: { kind?: string; name?: string } };
  return roleRef?.kind === "ClusterRole" ? roleRef.name : undefined;
}

/** What a chart's objects ask of whoever installs it. */
export function kindsOf({
  row,
  objects,
  definitions,
}: Pick<Gathered, "row" | "objects" | "definitions">): ChartKinds {
  const own = new Set<string>();
  const elsewhere = new Map<string, Names>();
  const cluster = new Names();
  const bindsCluster = new Set<string>();
  const bindsIn = new Names();
  const all: readonly KubernetesObject[] = [...objects, ...definitions];
  for (const object of all) {
    const { apiVersion, kind, metadata } = object;
    const resource = resourceOf(apiVersion, kind);
    const bound = boundClusterRole(object);
    if (isClusterScoped(kind)) {
      cluster.add(resource, metadata.name);
      if (bound !== undefined) bindsCluster.add(bound);
      continue;
    }
    const { namespace = row.namespace } = metadata;
    if (bound !== undefined) bindsIn.add(namespace, bound);
    if (namespace === row.namespace) own.add(resource);
    else {
      const names = elsewhere.get(namespace) ?? new Names();
      names.add(resource, metadata.name);
      elsewhere.set(namespace, names);
    }
  }
  return {
    version: row.version,
    own: [...own].sort(),
    elsewhere: Object.fromEntries([...elsewhere].map(([key, names]) => [key, names.sorted()])),
    cluster: cluster.sorted(),
    binds: { cluster: [...bindsCluster].sort(), namespaces: bindsIn.sorted() },
  };
}

function united(left: readonly string[] = [], right: readonly string[] = []): string[] {
  return [...new Set([...left, ...right])].sort();
}

function mergedBy<T>(
  left: Readonly<Record<string, T>>,
  right: Readonly<Record<string, T>>,
  merge: (one: T | undefined, other: T | undefined) => T,
): Record<string, T> {
  const keys = united(Object.keys(left), Object.keys(right));
  return Object.fromEntries(keys.map((key) => [key, merge(left[key], right[key])]));
}

function mergedNames(left: NamesByResource = {}, right: NamesByResource = {}): NamesByResource {
  return mergedBy(left, right, united);
}

/** What either makes; of another version of the chart only the second counts. */
export function mergeKinds(left: ChartKinds | undefined, right: ChartKinds): ChartKinds {
  if (left?.version !== right.version) return right;
  return {
    version: right.version,
    own: united(left.own, right.own),
    elsewhere: mergedBy(left.elsewhere, right.elsewhere, mergedNames),
    cluster: mergedNames(left.cluster, right.cluster),
    binds: {
      cluster: united(left.binds.cluster, right.binds.cluster),
      namespaces: mergedBy(left.binds.namespaces, right.binds.namespaces, united),
    },
  };
}

/** A table with what was looked at added; charts that were not looked at stay as they are. */
export function addKinds(table: KindsTable, found: readonly Gathered[]): KindsTable {
  const result: Partial<Record<ChartName, ChartKinds>> = { ...table };
  for (const one of found) {
    const name = chartNames.find((key) => charts[key].chart === one.row.chart);
    if (name !== undefined) result[name] = mergeKinds(result[name], kindsOf(one));
  }
  const known = chartNames.filter((name) => result[name] !== undefined);
  return Object.fromEntries(known.map((name) => [name, result[name]]));
}

/** The table's text. */
export function kindsJson(table: KindsTable): string {
  return `${JSON.stringify(table, undefined, 2)}\n`;
}

/** One line for each chart that makes what the committed table does not know. */
export function kindProblems(stack: string, found: readonly Gathered[]): string[] {
  const table = readKinds();
  return found
    .filter((one) => kindsJson(addKinds(table, [one])) !== kindsJson(addKinds(table, [])))
    .map(
      ({ row }) =>
        `${row.chart}: makes what catalogue/chartKinds.json does not have, so the deployer may not: run \`npm run charts -- ${stack} kinds --write\``,
    );
}
