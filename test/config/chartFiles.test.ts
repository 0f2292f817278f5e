import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { chartArchive } from "../../catalogue/chartSource";
import { wantedCharts } from "../../config/chartFiles";
import { localFileProblems } from "../../config/localFiles";
import { parseConfig } from "../../config/parse";
import { problemLine } from "../../config/problems";
import type { Config } from "../../config/schema";
import { stackCharts } from "../../operations/charts/releases";
import { withFolder } from "../support/folders";

function configOf(values: Record<string, unknown>): Config {
  const { draft } = parseConfig(values);
  assert.ok(draft);
  return draft;
}

const linesOf = (mirror: string) =>
  localFileProblems(configOf({ charts: { mirror } })).map(problemLine);

describe("a directory of charts", () => {
  it("is refused when it is missing, before anything is touched", () =>
    withFolder((folder) => {
      const missing = join(folder, "missing");
      assert.deepEqual(linesOf(missing), [
        `bramble:charts.mirror: ${missing} is not a directory on this machine: make it`,
      ]);
      return Promise.resolve();
    }));

  it("is refused with every archive it lacks, and how to get each", () =>
    withFolder((folder) => {
      const charts = wantedCharts(configOf({}));
      const [first, ...others] = charts;
      assert.ok(first);
      for (const row of others) writeFileSync(join(folder, chartArchive(row)), "");
      assert.deepEqual(linesOf(folder), [
        `bramble:charts.mirror: ${folder} has no ${chartArchive(first)}: where there is a network, \`helm pull ${first.repository}/${first.chart} --version ${first.version}\`, and copy it there`,
      ]);
      writeFileSync(join(folder, chartArchive(first)), "");
      assert.deepEqual(linesOf(folder), []);
      return Promise.resolve();
    }));

  it("needs just the charts that a stack installs", async () => {
    for (const stack of ["local", "production"]) {
      const { config, releases } = await stackCharts(stack);
      assert.deepEqual(
        wantedCharts(config).map(({ chart }) => chart),
        releases.map(({ row }) => row.chart),
      );
    }
  });
});
