import type { ChartRow } from "../../catalogue/charts";

/** How Helm is told where a chart is. */
export interface ChartReference {
  /** Name of the chart in `repositoryOpts.repo`, or its whole `oci://` address. */
  readonly chart: string;
  readonly version: string;
  readonly repositoryOpts?: { readonly repo: string };
}

/**
 * Where Helm finds a chart.
 *
 * @param mirror OCI path or repository URL that holds every chart of the catalogue under its own
 *   name. Default: the chart's own repository.
 */
export function chartReference(row: ChartRow, mirror?: string): ChartReference {
  const repository = (mirror ?? row.repository).replace(/\/+$/, "");
  return repository.startsWith("oci://")
    ? { chart: `${repository}/${row.chart}`, version: row.version }
    : { chart: row.chart, version: row.version, repositoryOpts: { repo: repository } };
}
