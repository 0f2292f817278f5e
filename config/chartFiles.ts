import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { type ChartName, chartNames, type ChartRow, charts } from "../catalogue/charts";
import { chartArchive, isChartDirectory } from "../catalogue/chartSource";
import { localPath } from "./localPath";
import type { Problem } from "./problems";
import type { Config } from "./schema";

/** Which charts a configuration installs. */
const wanted: Readonly<Record<ChartName, (config: Config) => boolean>> = {
  traefik: ({ platform }) => platform.traefik.enabled,
  metallb: ({ platform }) => platform.metallb.enabled,
  certManager: ({ platform }) => platform.certManager.enabled,
  kubePrometheusStack: ({ platform }) => platform.monitoring.enabled,
  loki: ({ platform }) => platform.logging.enabled,
  alloy: ({ platform }) => platform.logging.enabled,
  argoCd: ({ platform }) => platform.argocd.enabled,
  csiDriverNfs: ({ storage }) => storage.nfs !== undefined,
};

/** The charts a configuration installs, in the order of the catalogue. */
export function wantedCharts(config: Config): readonly ChartRow[] {
  return chartNames.filter((name) => wanted[name](config)).map((name) => charts[name]);
}

/** What a directory of charts lacks for a configuration. */
export function chartFileProblems(config: Config): Problem[] {
  const { mirror } = config.charts;
  if (mirror === undefined || !isChartDirectory(mirror)) return [];
  const path = "charts.mirror";
  const directory = localPath(mirror);
  if (statSync(directory, { throwIfNoEntry: false })?.isDirectory() !== true) {
    return [{ path, message: `${mirror} is not a directory on this machine: make it` }];
  }
  return wantedCharts(config)
    .filter((row) => !existsSync(join(directory, chartArchive(row))))
    .map((row) => ({
      path,
      message: `${mirror} has no ${chartArchive(row)}: where there is a network, \`${pullCommand(row)}\`, and copy it there`,
    }));
}

function pullCommand({ chart, repository, version }: ChartRow): string {
  return repository.startsWith("oci://")
    ? `helm pull ${repository}/${chart} --version ${version}`
    : `helm pull ${chart} --repo ${repository} --version ${version}`;
}
