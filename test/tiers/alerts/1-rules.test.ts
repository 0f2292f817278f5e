import assert from "node:assert/strict";
import { stringify } from "yaml";
import { alertGroups } from "../../../catalogue/alerts/all";
import { runbookOf, type AlertRow } from "../../../catalogue/alerts/types";
import { alertCases } from "./cases/all";
import type { AlertCase } from "./cases/types";
import { allRules, everythingWatched, runTool } from "./tools";

const rows = alertGroups(everythingWatched).flatMap(({ alerts }) => alerts);
const rules = { "rules.yaml": stringify(allRules()) };

function rowOf(name: string): AlertRow {
  const row = rows.find((one) => one.name === name);
  assert.ok(row, `no alert ${name}`);
  return row;
}

/** A case as a unit test of promtool. */
function unitTest({ alert, when, every = "1m", series, at, fires }: AlertCase) {
  const row = rowOf(alert);
  const expected = fires && {
    exp_labels: { severity: row.severity, ...fires.labels },
    exp_annotations: {
      summary: row.summary,
      description: fires.says,
      runbook_url: runbookOf(row),
    },
  };
  return {
    name: `${alert} ${fires === undefined ? "is quiet" : "fires"} when ${when}`,
    interval: every,
    input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
    alert_rule_test: [
      { eval_time: at, alertname: alert, ...(expected && { exp_alerts: [expected] }) },
    ],
  };
}

describe("the rules", () => {
  it("are such that Prometheus takes them", async () => {
    const { code, stdout, stderr } = await runTool(
      "promtool",
      ["check", "rules", "rules.yaml"],
      rules,
    );
    assert.equal(code, 0, stdout + stderr);
    assert.match(stdout, new RegExp(`SUCCESS: ${String(rows.length)} rules found`));
  });

  it("each fire in one case and are quiet in another", () => {
    for (const { name } of rows) {
      const cases = alertCases.filter(({ alert }) => alert === name);
      assert.ok(
        cases.some(({ fires }) => fires !== undefined),
        `${name} never fires`,
      );
      assert.ok(
        cases.some(({ fires }) => fires === undefined),
        `${name} is never quiet`,
      );
    }
  });

  for (const one of alertCases) {
    const test = unitTest(one);
    it(test.name, async () => {
      const tests = {
        rule_files: ["rules.yaml"],
        evaluation_interval: test.interval,
        tests: [test],
      };
      const files = { ...rules, "test.yaml": stringify(tests) };
      const { code, stdout, stderr } = await runTool(
        "promtool",
        ["test", "rules", "test.yaml"],
        files,
      );
      assert.equal(code, 0, stdout + stderr);
    });
  }
});
