import type { Config } from "../../config/schema";
import { shownAs } from "../inprocess/values";
import { type Amounts, copiesOn, type NodeMarks, podAmounts, sum } from "./amounts";
import { leastValues } from "./exceptions";
import { type Gathered, type GatherOptions, isGathered, type Skipped } from "./gather";
import { type Pods, podsIn } from "./pods";
import type { StackCharts } from "./releases";
import { type KubernetesObject, renderChart } from "./render";

/** Whose share something is. */
export type Share = "platform" | "media";

/** One release, or what the program itself runs in one namespace. */
export interface Part {
  readonly name: string;
  readonly share: Share;
  /** What runs on, on all nodes together. */
  readonly ours: Amounts;
  /** The same of the chart's own values; not set where there is none. */
  readonly defaults?: Amounts;
  readonly pods: readonly Pods[];
}

/** What a stack's workloads ask of its nodes. */
export interface Footprint {
  readonly stack: string;
  /** Number of nodes. */
  readonly nodes: number;
  readonly parts: readonly Part[];
  /** Releases that could not be looked at. */
  readonly skipped: readonly Skipped[];
}

/** What the platform may ask for on four nodes: cores, and bytes. */
export const budget = { nodes: 4, cpu: 1.5, memory: 2.5e9 } as const;

/**
 * The nodes of a stack.
 *
 * @param count how many an existing cluster has, of which nothing is known
 */
export function nodesOf({ cluster, hosts }: Config, count: number): readonly NodeMarks[] {
  if (cluster.source === "existing") {
    return Array.from({ length: count }, () => ({ labels: {}, taints: [] }));
  }
  return hosts.filter(({ state }) => state === "present");
}

/** What stays running: the amounts of all pods that do not end. */
export function standing(pods: readonly Pods[], nodes: readonly NodeMarks[]): Amounts {
  return sum(
    pods
      .filter(({ passing }) => !passing)
      .flatMap((one) => Array.from({ length: copiesOn(one, nodes) }, () => podAmounts(one))),
  );
}

async function defaultsOf(
  { row, archive }: Gathered,
  { kubernetes, folder }: GatherOptions,
  nodes: readonly NodeMarks[],
): Promise<Amounts | undefined> {
  const values = leastValues[row.chart] ?? {};
  try {
    const { objects } = await renderChart({ row, archive, values, kubernetes, folder });
    return standing(podsIn(objects), nodes);
  } catch {
    return undefined;
  }
}

/** A value less what is secret or known only when resources exist. */
function known(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(known);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(
    ([, item]) => item !== shownAs.secret && item !== shownAs.unknown,
  );
  return Object.fromEntries(entries.map(([key, item]) => [key, known(item)]));
}

/** Objects of the cluster that the program makes itself, beside the releases. */
export function ownObjects({ registrations }: StackCharts): KubernetesObject[] {
  return registrations
    .filter(({ custom, type }) => custom && type.startsWith("kubernetes:"))
    .map(({ shown }) => known(shown) as Partial<KubernetesObject>)
    .filter((object): object is KubernetesObject => object.kind !== undefined)
    .filter(({ metadata }) => (metadata as { name?: string } | undefined)?.name !== undefined);
}

function ownParts(stack: StackCharts, nodes: readonly NodeMarks[]): Part[] {
  const pods = podsIn(ownObjects(stack));
  const { namespace: media } = stack.config.media;
  return [...new Set(pods.map(({ namespace }) => namespace))].sort().map((namespace) => {
    const here = pods.filter((one) => one.namespace === namespace);
    return {
      name: `Bramble's own in ${namespace}`,
      share: namespace === media ? "media" : "platform",
      ours: standing(here, nodes),
      pods: here,
    };
  });
}

/**
 * What the workloads of a stack ask for, release by release.
 *
 * @param nodeCount nodes of an existing cluster
 * @param options for rendering the charts' defaults; without them those are left out
 */
export async function footprintOf(
  stack: StackCharts,
  gathered: readonly (Gathered | Skipped)[],
  nodeCount: number,
  options?: GatherOptions,
): Promise<Footprint> {
  const nodes = nodesOf(stack.config, nodeCount);
  const parts: Part[] = [];
  for (const one of gathered.filter(isGathered)) {
    const pods = podsIn(one.objects).map((found) => ({
      ...found,
      namespace: found.namespace === "" ? one.row.namespace : found.namespace,
    }));
    const defaults = options && (await defaultsOf(one, options, nodes));
    parts.push({
      ...{ name: one.row.chart, share: "platform", pods, ours: standing(pods, nodes) },
      ...(defaults && { defaults }),
    });
  }
  return {
    stack: stack.stack,
    nodes: nodes.length,
    parts: [...parts, ...ownParts(stack, nodes)],
    skipped: gathered.filter((one): one is Skipped => !isGathered(one)),
  };
}

/** The sum of a share. */
export function shareOf({ parts }: Footprint, share: Share): Amounts {
  return sum(parts.filter((part) => part.share === share).map(({ ours }) => ours));
}

/** Why the platform asks for too much; undefined when it does not, or has more nodes to ask. */
export function budgetProblem(footprint: Footprint): string | undefined {
  const { cpu, memory } = shareOf(footprint, "platform");
  if (footprint.nodes > budget.nodes) return undefined;
  // What is a sum of thousandths is not quite one.
  if (cpu <= budget.cpu + 1e-9 && memory <= budget.memory) return undefined;
  const figures = `${cpu.toFixed(3)} cores and ${(memory / 1e9).toFixed(2)} GB`;
  return `the platform asks for ${figures}; on ${String(budget.nodes)} nodes ${String(budget.cpu)} cores and ${String(budget.memory / 1e9)} GB are its share: charge less, or switch a release off`;
}
