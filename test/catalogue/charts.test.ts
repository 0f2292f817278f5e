import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type ChartRow, charts, chartNames } from "../../catalogue/charts";

const rows: readonly ChartRow[] = chartNames.map((name) => charts[name]);

describe("the chart catalogue", () => {
  it("pins every chart to an exact version", () => {
    for (const row of rows) assert.match(row.version, /^v?\d+\.\d+\.\d+$/, row.chart);
  });

  it("gives each release a namespace of its own, so that each has its own Pod Security level", () => {
    assert.equal(new Set(rows.map((row) => row.namespace)).size, rows.length);
  });

  it("lets Renovate find every version where the chart comes from", () => {
    const text = readFileSync(join(__dirname, "..", "..", "catalogue", "charts.ts"), "utf8");
    const notes = [...text.matchAll(/\/\/ renovate: (.*)\n\s+version: "(.*)"/g)];
    const expected = rows.map((row) =>
      row.repository.startsWith("oci://")
        ? `datasource=docker depName=${row.repository.slice("oci://".length)}/${row.chart}`
        : `datasource=helm depName=${row.chart} registryUrl=${row.repository}`,
    );
    assert.deepEqual(
      notes.map(([, note, version]) => ({ note, version })),
      rows.map((row, index) => ({ note: expected[index], version: row.version })),
    );
  });

  it("asks for host access only where pods need the host", () => {
    const privileged = rows.filter((row) => row.podSecurity === "privileged");
    assert.deepEqual(
      privileged.map((row) => row.chart),
      ["metallb", "kube-prometheus-stack", "alloy", "csi-driver-nfs"],
    );
  });
});
