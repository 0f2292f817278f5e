import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { knownValues, unknownPaths, withoutPath } from "../../../operations/charts/unknownValues";
import { withFolder } from "../../support/folders";

function writeChart(folder: string, chart: string, values: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "Chart.yaml"), chart);
  writeFileSync(join(folder, "values.yaml"), values);
}

describe("values that a chart does not know", () => {
  it("are found in the chart and in its subcharts, by their names there", () =>
    withFolder((folder) => {
      writeChart(
        folder,
        "dependencies: [{ name: grafana }, { name: node-exporter, alias: exporter }]",
        "server: { replicas: 1, extra: {} }\nexporter: { port: 1 }\n",
      );
      writeChart(join(folder, "charts", "grafana"), "name: grafana", "sidecar: { image: a }\n");
      writeChart(join(folder, "charts", "node-exporter"), "name: node-exporter", "args: []\n");
      const values = {
        server: { replica: 2, extra: { anything: true } },
        exporter: { args: ["x"], port: 2 },
        grafana: { sidecar: { resource: {} } },
        global: { imageRegistry: "registry.lan" },
        grafanna: {},
      };
      assert.deepEqual(
        unknownPaths(values, knownValues(folder)).map((path) => path.join(".")),
        ["server.replica", "grafana.sidecar.resource", "grafanna"],
      );
      return Promise.resolve();
    }));

  it("can be taken away one by one, to see whether they change anything", () => {
    const values = { server: { replica: 2, port: 1 }, other: 1 };
    assert.deepEqual(withoutPath(values, ["server", "replica"]), {
      server: { port: 1 },
      other: 1,
    });
  });
});
