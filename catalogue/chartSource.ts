import type { ChartRow } from "./charts";

/** Name of a chart's archive, as `helm pull` and `helm package` write it. */
export function chartArchive({ chart, version }: ChartRow): string {
  return `${chart}-${version}.tgz`;
}

/** Whether the place charts come from is a directory of archives on this machine. */
export function isChartDirectory(mirror: string): boolean {
  return !/^(https?|oci):\/\//.test(mirror);
}
