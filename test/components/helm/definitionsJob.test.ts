import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { charts } from "../../../catalogue/charts";
import {
  type DefinitionsSettings,
  renderDefinitionsConfigMap,
  renderDefinitionsJob,
  renderDefinitionsRole,
} from "../../../components/helm/renderDefinitionsJob";
import { withFolder } from "../../support/folders";
import { matchesGoldenYaml } from "../../support/golden";

const script = join(
  ...[__dirname, "..", "..", "..", "components", "helm", "container"],
  "fetch-definitions.sh",
);

const { definitions } = charts.traefik.crds;
const settings: DefinitionsSettings = { row: charts.traefik, definitions };

function run(...args: string[]) {
  return spawnSync("sh", [script, ...args], { encoding: "utf8" });
}

describe("the Job that applies a chart's definitions", () => {
  it("renders as committed", () => {
    matchesGoldenYaml("platform/definitions-job.yaml", renderDefinitionsJob(settings));
  });

  it("differs when the chart's version does, so that an upgrade runs it again", () => {
    const row = { ...charts.traefik, version: "99.0.0" };
    assert.notDeepEqual(
      renderDefinitionsJob({ ...settings, row }).spec,
      renderDefinitionsJob(settings).spec,
    );
  });

  it("may change just these definitions, and delete none: its objects would go with it", () => {
    const [rule, ...others] = renderDefinitionsRole(settings).rules as {
      resourceNames: string[];
      verbs: string[];
    }[];
    assert.equal(others.length, 0);
    assert.deepEqual(rule?.resourceNames, definitions);
    assert.deepEqual(rule.verbs, ["get", "create", "patch"]);
  });

  it("carries the archive into the cluster when charts come from a directory", () =>
    withFolder((mirror) => {
      writeFileSync(join(mirror, `traefik-${charts.traefik.version}.tgz`), "archive");
      const { binaryData } = renderDefinitionsConfigMap({ ...settings, mirror });
      assert.deepEqual(binaryData, {
        "chart.tgz": Buffer.from("archive").toString("base64"),
      });
      assert.match(
        JSON.stringify(renderDefinitionsJob({ ...settings, mirror })),
        /"\/work","\/chart\/chart.tgz"/,
      );
      return Promise.resolve();
    }));

  it("takes the named definitions out of a chart, and stops when one is not there", () =>
    withFolder((folder) => {
      const crds = join(folder, "chart", "crds");
      const target = join(folder, "target");
      for (const made of [crds, target]) mkdirSync(made, { recursive: true });
      for (const name of ["one.example.org", "other.example.org"]) {
        const text = `kind: CustomResourceDefinition\nmetadata:\n  name: ${name}\n`;
        writeFileSync(join(crds, `file-${name}.yaml`), text);
      }
      const archive = join(folder, "chart.tgz");
      assert.equal(spawnSync("tar", ["-czf", archive, "-C", folder, "chart"]).status, 0);
      assert.equal(run(target, archive, "1.0.0", "-", "one.example.org").status, 0);
      assert.deepEqual(readdirSync(target), ["one.example.org.yaml"]);
      const missing = run(target, archive, "1.0.0", "-", "absent.example.org");
      assert.equal(missing.status, 1);
      assert.match(missing.stderr, /no definition absent.example.org/);
      return Promise.resolve();
    }));
});
