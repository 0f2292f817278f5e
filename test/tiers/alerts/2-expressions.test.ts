import assert from "node:assert/strict";
import { stringify } from "yaml";
import { alertGroups } from "../../../catalogue/alerts/all";
import { dashboards } from "../../../catalogue/dashboards/all";
import { everythingWatched, runTool } from "./tools";

/** Every expression that Grafana sends to Prometheus, with its variables filled in. */
function dashboardExpressions() {
  return dashboards({ ingress: true, logging: true, mediaNamespace: "media" }).flatMap(
    ({ uid, rows }) =>
      rows
        .flatMap(({ panels }) => panels)
        .filter(({ asks }) => asks !== "loki")
        .flatMap(({ title, queries }) =>
          queries.map(({ expression }) => ({
            where: `${uid}, ${title}`,
            expression: expression.replaceAll("$__rate_interval", "2m").replaceAll("$node", ".+"),
          })),
        ),
  );
}

describe("the dashboards' expressions", () => {
  it("are such that Prometheus takes them", async () => {
    const rules = dashboardExpressions().map(({ where, expression }, index) => ({
      record: `bramble:panel_${String(index)}`,
      expr: expression,
      labels: { panel: where },
    }));
    const file = stringify({ groups: [{ name: "dashboards", rules }] });
    const checked = await runTool("promtool", ["check", "rules", "rules.yaml"], {
      "rules.yaml": file,
    });
    assert.equal(checked.code, 0, checked.stdout + checked.stderr);
    assert.match(checked.stdout, new RegExp(`SUCCESS: ${String(rules.length)} rules found`));
  });

  it("leave no variable of Grafana's unknown", () => {
    for (const { where, expression } of dashboardExpressions()) {
      assert.doesNotMatch(expression, /\$/, where);
    }
    const alerts = alertGroups(everythingWatched).flatMap(({ alerts: rows }) => rows);
    for (const { name, expression } of alerts) assert.doesNotMatch(expression, /\$/, name);
  });
});
