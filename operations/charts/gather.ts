import type { ChartRow } from "../../catalogue/charts";
import { helmTrouble, pullChart, unpackChart } from "./archives";
import type { StackRelease } from "./releases";
import { chartDefinitions, type KubernetesObject, renderChart } from "./render";
import { knownValues } from "./unknownValues";

/** A release with all that its chart says of it. */
export interface Gathered extends StackRelease {
  readonly archive: string;
  /** What its chart renders to, with our values. */
  readonly objects: readonly KubernetesObject[];
  /** Definitions in its `crds/`. */
  readonly definitions: readonly KubernetesObject[];
  /** Values the chart names. */
  readonly known: Readonly<Record<string, unknown>>;
  readonly problems: readonly string[];
}

/** A release whose chart could not be looked at. */
export interface Skipped {
  readonly row: ChartRow;
  readonly skipped: string;
}

/** How charts are got and rendered. */
export interface GatherOptions {
  readonly mirror: string | undefined;
  /** Kubernetes version charts are told, such as `1.36.4`. */
  readonly kubernetes: string;
  /** An empty folder to work in. */
  readonly folder: string;
}

async function gatherOne(
  release: StackRelease,
  { mirror, kubernetes, folder }: GatherOptions,
): Promise<Gathered | Skipped> {
  const { row, values } = release;
  const pulled = await pullChart(row, mirror, folder);
  if (pulled.archive === undefined) return { row, skipped: pulled.skipped };
  const { archive, problem } = pulled;
  const common = { row, values, archive };
  const problems = problem === undefined ? [] : [problem];
  try {
    const { objects, mistakes } = await renderChart({ ...common, kubernetes, folder });
    return {
      ...common,
      objects,
      definitions: await chartDefinitions(archive),
      known: knownValues(await unpackChart(archive, folder)),
      problems: [...problems, ...mistakes.map((mistake) => `renders wrong YAML: ${mistake}`)],
    };
  } catch (error) {
    // Values that the chart's own schema refuses end here.
    const said = error instanceof Error ? error.message : String(error);
    return { ...common, objects: [], definitions: [], known: {}, problems: [...problems, said] };
  }
}

/** Gets and renders the charts of releases, one after the other; what cannot be got is said. */
export async function gather(
  releases: readonly StackRelease[],
  options: GatherOptions,
): Promise<(Gathered | Skipped)[]> {
  const trouble = await helmTrouble();
  if (trouble !== undefined) return releases.map(({ row }) => ({ row, skipped: trouble }));
  const found: (Gathered | Skipped)[] = [];
  for (const release of releases) found.push(await gatherOne(release, options));
  return found;
}

/** Whether a release's chart could be looked at. */
export function isGathered(one: Gathered | Skipped): one is Gathered {
  return "archive" in one;
}
