import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { charts } from "../../../catalogue/charts";
import { chartArchive } from "../../../catalogue/chartSource";
import { pullChart } from "../../../operations/charts/archives";
import { resourceProblems } from "../../../operations/charts/checks";
import { parseObjects } from "../../../operations/charts/render";
import { withFolder } from "../../support/folders";

const root = join(__dirname, "..", "..", "..");

/** Runs the command with nothing on PATH but node itself. */
function run(path: string, ...args: string[]) {
  return spawnSync(
    process.execPath,
    ["--import", "tsx", join(root, "operations", "charts", "main.ts"), ...args],
    { cwd: root, encoding: "utf8", env: { ...process.env, PATH: path } },
  );
}

describe("npm run charts", () => {
  it("says why a chart was not looked at, and never calls that success", () =>
    withFolder((folder) => {
      const { status, stdout } = run(folder, "staging", "verify");
      assert.equal(status, 3, stdout);
      const skipped = stdout.split("\n").filter((line) => line.includes(": skipped: no helm"));
      assert.equal(skipped.length, 8, stdout);
      return Promise.resolve();
    })).timeout(60_000);

  it("says how it is used", () => {
    const { status, stderr } = run(dirname(process.execPath), "staging", "unstick");
    assert.equal(status, 1);
    assert.match(stderr, /usage: npm run charts/);
  }).timeout(60_000);

  it("holds an archive to its pinned digest, and says what a directory lacks", () =>
    withFolder(async (folder) => {
      const row = { ...charts.metallb, archiveDigest: `sha256:${"0".repeat(64)}` };
      assert.deepEqual(await pullChart(row, folder, folder), {
        skipped: `${join(folder, chartArchive(row))} is missing`,
      });
      writeFileSync(join(folder, chartArchive(row)), "chart");
      const found = createHash("sha256").update("chart").digest("hex");
      const wrong = await pullChart(row, folder, folder);
      assert.match("problem" in wrong ? (wrong.problem ?? "") : "", new RegExp(`sha256:${found}`));
      const right = await pullChart({ ...row, archiveDigest: `sha256:${found}` }, folder, folder);
      assert.deepEqual(right, { archive: join(folder, chartArchive(row)) });
    }));

  it("names every container without requests and a limit", () => {
    const { objects } = parseObjects(`
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  template:
    spec:
      containers:
        - { name: fine, image: a, resources: { requests: { cpu: 1m, memory: 1Mi }, limits: { memory: 1Mi } } }
        - { name: bare, image: b, resources: { requests: { cpu: 1m } } }
`);
    assert.deepEqual(resourceProblems({ row: { chart: "some" }, objects }), [
      "some: Deployment web: container bare has no request of memory, no limit of memory",
    ]);
  });
});
