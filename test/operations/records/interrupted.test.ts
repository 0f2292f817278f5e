import { strict as assert } from "node:assert";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { provisioningRun } from "../../../operations/records/run";

const project = join(__dirname, "..", "..", "..");

/** A program that is in the midst of a recorded phase, and says so. */
const program = (folder: string): string => `
  const { recordRun } = require("./operations/records/run");
  void recordRun({ stack: "test", kind: "rebuild", nodes: ["pi-2"], folder: ${JSON.stringify(folder)} },
    (recorder) => recorder.phase("drain", () => {
      process.stdout.write("draining\\n");
      return new Promise((resolve) => setTimeout(resolve, 60000));
    }));
`;

describe("operations/records", () => {
  let folder = "";
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "bramble-records-"));
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  async function recordAfter(signal: NodeJS.Signals) {
    const own = join(folder, signal);
    const args = ["--import", "tsx", "--eval", program(own)];
    const child = spawn(process.execPath, args, {
      cwd: project,
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(child.stdout, "data");
    child.kill(signal);
    const [code] = (await once(child, "exit")) as [number | null];
    const runs = join(own, "test", "runs");
    const [file = ""] = readdirSync(runs);
    const text = readFileSync(join(runs, file), "utf8");
    return { code, run: provisioningRun.parse(JSON.parse(text)) };
  }

  it("notes a run that its operator interrupted, and in what phase", async () => {
    const { code, run } = await recordAfter("SIGINT");
    assert.equal(code, 130);
    assert.equal(run.outcome, "interrupted");
    assert.equal(run.error, "SIGINT during drain");
    assert.ok(run.endedAt !== undefined);
  });

  it("leaves the record of a run that was killed as running", async () => {
    const { run } = await recordAfter("SIGKILL");
    assert.equal(run.outcome, "running");
    assert.equal(run.endedAt, undefined);
  });
});
