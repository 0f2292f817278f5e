import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type AlertGroup, alertGroups } from "../../catalogue/alerts/all";
import { alertRunbook, runbookOf } from "../../catalogue/alerts/types";
import { dashboards } from "../../catalogue/dashboards/all";
import { exportedMetrics } from "../../catalogue/metrics";
import { alertRules } from "../../components/platform/alerting/alertRules";
import { matchesGoldenYaml } from "../support/golden";

const nothing = {
  ...{ ownHosts: false, metallb: false, traefik: false, certManager: false },
  ...{ logging: false, argoCd: false, probes: false, secrets: [] },
};
const everything = {
  ...{ ownHosts: true, snapshotHours: 24, configBackupHours: 36, mediaNamespace: "media" },
  ...{ metallb: true, traefik: true, certManager: true, logging: true, argoCd: true, probes: true },
  secrets: [
    { name: "radarrApiKey", days: 365, since: 1767225600 },
    { name: "grafanaPassword", days: 365, since: { namespace: "monitoring" } },
  ],
};

const namesOf = (groups: readonly AlertGroup[]): string[] =>
  groups.flatMap(({ alerts }) => alerts.map(({ name }) => name));

const exported = new Set<string>(Object.values(exportedMetrics).flat());

/** Names of metrics in an expression: what is left without texts, labels, functions and ranges. */
function metricsIn(expression: string): string[] {
  const byPattern = [...expression.matchAll(/__name__=~"\(([^)]*)\)([a-z_]+)"/g)].flatMap(
    ([, apps = "", rest = ""]) => apps.split("|").map((app) => `${app}${rest}`),
  );
  const bare = expression
    .replace(/"[^"]*"/g, "")
    .replace(/\{[^}]*\}/g, "")
    .replace(/\[[^\]]*\]/g, "")
    .replace(/\b(by|on|without|ignoring|group_left|group_right)\s*\([^)]*\)/g, "")
    .replace(/\b[a-z_0-9]+\s*\(/g, "(");
  const words = bare.match(/[A-Za-z_][A-Za-z0-9_]*/g) ?? [];
  const operators = new Set(["and", "or", "unless", "bool", "offset", "e9"]);
  return [...byPattern, ...words.filter((word) => !operators.has(word))];
}

describe("the alerts", () => {
  it("are the reviewed ones", () => {
    matchesGoldenYaml("platform/alert-rules.yaml", { groups: alertRules(alertGroups(everything)) });
  });

  it("are about what a stack has: a rule about something else would never be right", () => {
    assert.deepEqual(namesOf(alertGroups(nothing)), [
      ...["BrambleNodeDown", "BrambleHostWarm", "BrambleHostHot", "BrambleFileSystemReadOnly"],
      ...["BrambleDiskSlow", "BrambleCardWearsOut"],
      ...["BramblePodRestarting", "BrambleMemoryNearLimit", "BrambleOutOfMemory"],
    ]);
  });

  it("have names of their own", () => {
    const names = namesOf(alertGroups(everything));
    assert.equal(new Set(names).size, names.length);
    for (const name of names) assert.match(name, /^Bramble[A-Z]/);
  });

  it("each have a section in the runbook, and it has no other", () => {
    const page = readFileSync(join(__dirname, "..", "..", alertRunbook), "utf8");
    const sections = [...page.matchAll(/^### (Bramble\w+)$/gm)].map(([, name]) => name);
    assert.deepEqual(sections, namesOf(alertGroups(everything)));
  });

  it("lead to the repository's own pages where it has an address", () => {
    const [row] = alertGroups(nothing)[0]?.alerts ?? [];
    assert.ok(row);
    assert.equal(runbookOf(row), `${alertRunbook}#bramblenodedown`);
    assert.equal(
      runbookOf(row, "https://github.com/me/bramble/blob/main/"),
      `https://github.com/me/bramble/blob/main/${alertRunbook}#bramblenodedown`,
    );
  });
});

describe("metrics", () => {
  it("that alerts ask for are exported by something", () => {
    for (const { alerts } of alertGroups(everything)) {
      for (const { name, expression } of alerts) {
        assert.deepEqual(
          metricsIn(expression).filter((metric) => !exported.has(metric)),
          [],
          name,
        );
      }
    }
  });

  it("that dashboards ask for are exported by something", () => {
    for (const { uid, rows, choices = [] } of dashboards({
      ...{ ingress: true, logging: true, mediaNamespace: "media" },
    })) {
      const panels = rows.flatMap((row) => row.panels).filter(({ asks }) => asks !== "loki");
      const asked = [
        ...choices.map(({ metric }) => metric),
        ...panels.flatMap(({ queries }) =>
          queries.flatMap(({ expression }) => metricsIn(expression)),
        ),
      ];
      assert.deepEqual(
        asked.filter((metric) => !exported.has(metric)),
        [],
        uid,
      );
    }
  });

  it("that are listed are asked for", () => {
    const asked = new Set(
      [
        ...alertGroups(everything).flatMap(({ alerts }) => alerts.map((row) => row.expression)),
        ...dashboards({ ingress: true, logging: true, mediaNamespace: "media" }).flatMap(
          ({ rows, choices = [] }) => [
            ...choices.map(({ metric }) => metric),
            ...rows.flatMap(({ panels }) =>
              panels.flatMap(({ queries }) => queries.map(({ expression }) => expression)),
            ),
          ],
        ),
      ].flatMap(metricsIn),
    );
    assert.deepEqual(
      [...exported].filter((metric) => !asked.has(metric)),
      [],
    );
  });
});
