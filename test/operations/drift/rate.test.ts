import assert from "node:assert/strict";
import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { driftFile, keepLook, readLooks, renderRate } from "../../../operations/drift/rate";
import { lookJson, renderLook } from "../../../operations/drift/render";

const time = "2026-03-01T18:04:05.000Z";
const look = { time, operator: "ada", hosts: 4, checks: 100, drifted: 0, unseen: 0, seconds: 3.2 };

describe("operations/drift/rate", () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "bramble-test-"));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it("counts over all looks that were kept, and says whether the target is met", () => {
    assert.match(renderRate("home", readLooks("home", folder)), /no look at home is kept yet/);
    keepLook("home", look, folder);
    keepLook("home", { ...look, drifted: 10 }, folder);
    const met = renderRate("home", readLooks("home", folder));
    assert.match(met, /^drift-free: 95\.0 % of 200 things looked at \(target 95\.0 %: met\)$/m);
    assert.match(met, /looks: 2 from .*, of which 1 found all as wanted/);
    keepLook("home", { ...look, drifted: 1 }, folder);
    keepLook("home", { ...look, drifted: 90 }, folder);
    assert.match(renderRate("home", readLooks("home", folder)), /MISSED/);
  });

  it("names the line that is no record, rather than to count without it", () => {
    keepLook("home", look, folder);
    appendFileSync(driftFile("home", folder), "{}\n");
    assert.throws(() => readLooks("home", folder), /drift\.jsonl:2 is no record/);
  });
});

describe("operations/drift/render", () => {
  const finding = { where: "pi-1", what: "hostname", found: "x", wanted: "pi-1", mend: "heal" };
  const seen = {
    findings: [finding],
    failures: ["pi-2: off"],
    notCompared: [],
    hosts: ["pi-1"],
    checks: 9,
  };

  it("shows findings, what was not seen, and never calls half a look clean", () => {
    const text = renderLook(seen, 1.23);
    assert.match(text, /^WHERE +WHAT +FOUND +WANTED +MEND\npi-1 +hostname +x +pi-1 +heal$/m);
    assert.match(text, /NOT SEEN: pi-2: off/);
    assert.match(renderLook({ ...seen, findings: [] }, 1), /No drift in what could be seen/);
  });

  it("is the same text for the same state", () => {
    const document = JSON.parse(lookJson("home", seen)) as Record<string, unknown>;
    assert.deepEqual(Object.keys(document), [
      ...["stack", "clean", "hosts", "checks", "findings", "failures", "notCompared"],
    ]);
    assert.equal(document["clean"], false);
    const { clean } = JSON.parse(lookJson("home", { ...seen, findings: [] })) as { clean: boolean };
    assert.equal(clean, false);
  });
});
