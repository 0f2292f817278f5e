import assert from "node:assert/strict";
import { findings, isProblem, parseReports, verdictOf } from "../../../operations/hosts/report";

const output = `preflight.sh: bramble: pi-1: 900 MB of memory: a server needs at least 1500 MB
preflight.sh = 1
prepare.sh: would change: set kernel.panic = 10 (was 0)
prepare.sh = 10
k3s.sh: unchanged
k3s.sh = 0
`;

describe("operations/hosts/report", () => {
  const reports = parseReports(output);

  it("tells problems from what would be changed", () => {
    assert.deepEqual(
      reports.map((report) => [report.script, verdictOf(report), isProblem(report)]),
      [
        ["preflight.sh", "PROBLEM", true],
        ["prepare.sh", "would change", false],
        ["k3s.sh", "ok", false],
      ],
    );
  });

  it("shows each finding once, under the name the stack gives the host", () => {
    assert.deepEqual(
      reports.flatMap((report) => findings(report, "pi-1")),
      [
        "pi-1: 900 MB of memory: a server needs at least 1500 MB",
        "pi-1: would change: set kernel.panic = 10 (was 0)",
      ],
    );
  });

  it("holds a script that never ended for unknown", () => {
    assert.deepEqual(parseReports("preflight.sh: note: an SD card\n"), []);
    assert.equal(verdictOf(undefined), "-");
  });
});
