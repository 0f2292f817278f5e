import { join } from "node:path";
import type { ChartRow } from "../../catalogue/charts";
import { chartArchive, isChartDirectory } from "../../catalogue/chartSource";

/** How Helm is told where a chart is. */
export interface ChartReference {
  /** Name of the chart in `repositoryOpts.repo`, its whole `oci://` address, or its archive. */
  readonly chart: string;
  readonly version: string;
  readonly repositoryOpts?: { readonly repo: string };
}

/**
 * Where Helm finds a chart.
 *
 * @param mirror OCI path or repository URL that holds every chart of the catalogue under its own
 *   name, or a directory of archives. Default: the chart's own repository.
 */
export function chartReference(row: ChartRow, mirror?: string): ChartReference {
  if (mirror !== undefined && isChartDirectory(mirror)) {
    return { chart: join(mirror, chartArchive(row)), version: row.version };
  }
  const repository = (mirror ?? row.repository).replace(/\/+$/, "");
  return repository.startsWith("oci://")
    ? { chart: `${repository}/${row.chart}`, version: row.version }
    : { chart: row.chart, version: row.version, repositoryOpts: { repo: repository } };
}
