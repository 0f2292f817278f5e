import { charts, type ChartRow, releaseName } from "../../catalogue/charts";
import { localPath } from "../../config/localPath";
import type { Config } from "../../config/schema";
import type { Registration } from "../inprocess/run";
import { stackRegistrations } from "../plan/plan";
import { projectDirectory, readStackConfig } from "../stackFile";

/** A release of a stack: its chart, and the values it is given. */
export interface StackRelease {
  readonly row: ChartRow;
  readonly values: Readonly<Record<string, unknown>>;
}

/** What the commands look at of a stack. */
export interface StackCharts {
  readonly stack: string;
  readonly config: Config;
  readonly releases: readonly StackRelease[];
  /** All that the program asks for, its own objects of the cluster included. */
  readonly registrations: readonly Registration[];
}

const releaseType = "kubernetes:helm.sh/v3:Release";

const rows: readonly ChartRow[] = Object.values(charts);

function releaseOf({ inputs, name }: Registration): StackRelease {
  const row = rows.find(
    (one) => releaseName(one) === inputs["name"] && one.namespace === inputs["namespace"],
  );
  if (row === undefined) throw new Error(`release ${name} is of no chart in catalogue/charts.ts`);
  return { row, values: (inputs["values"] ?? {}) as Record<string, unknown> };
}

/**
 * The releases of a stack as its program asks for them, in the order of the catalogue.
 *
 * @param directory folder of the stack's file. Default: the project's.
 */
export async function stackCharts(
  stack: string,
  directory: string = projectDirectory,
): Promise<StackCharts> {
  const registrations = await stackRegistrations(stack, directory);
  const releases = registrations.filter(({ type }) => type === releaseType).map(releaseOf);
  return {
    stack,
    config: readStackConfig(stack, directory),
    releases: releases.sort((left, right) => rows.indexOf(left.row) - rows.indexOf(right.row)),
    registrations,
  };
}

/** Where a stack's charts come from, unless a command names another place. */
export function mirrorOf({ charts: { mirror } }: Config): string | undefined {
  return mirror === undefined ? undefined : localPath(mirror);
}
