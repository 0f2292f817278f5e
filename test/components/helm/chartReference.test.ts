import assert from "node:assert/strict";
import { charts } from "../../../catalogue/charts";
import { chartReference } from "../../../components/helm/chartReference";

describe("chartReference", () => {
  it("names an OCI chart by its whole address, since Helm takes no repository for it", () => {
    assert.deepEqual(chartReference(charts.traefik), {
      chart: "oci://ghcr.io/traefik/helm/traefik",
      version: charts.traefik.version,
    });
  });

  it("names a chart of an HTTP repository by its name and the repository", () => {
    assert.deepEqual(chartReference(charts.metallb), {
      chart: "metallb",
      version: charts.metallb.version,
      repositoryOpts: { repo: "https://metallb.github.io/metallb" },
    });
  });

  it("takes OCI and HTTP charts alike from an OCI mirror", () => {
    for (const row of [charts.traefik, charts.metallb]) {
      assert.deepEqual(chartReference(row, "oci://registry.lan/charts/"), {
        chart: `oci://registry.lan/charts/${row.chart}`,
        version: row.version,
      });
    }
  });

  it("takes every chart from a directory of archives, for where there is no network", () => {
    for (const row of [charts.traefik, charts.metallb]) {
      assert.deepEqual(chartReference(row, "/srv/charts"), {
        chart: `/srv/charts/${row.chart}-${row.version}.tgz`,
        version: row.version,
      });
    }
  });

  it("takes OCI and HTTP charts alike from an HTTP mirror", () => {
    for (const row of [charts.traefik, charts.metallb]) {
      assert.deepEqual(chartReference(row, "https://charts.lan"), {
        chart: row.chart,
        version: row.version,
        repositoryOpts: { repo: "https://charts.lan" },
      });
    }
  });
});
