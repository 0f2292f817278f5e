import assert from "node:assert/strict";
import {
  connectionProblem,
  findings,
  isProblem,
  parseReports,
  verdictOf,
} from "../../../operations/hosts/report";

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

  const host = { name: "pi-1", address: "10.0.0.1", user: "pi", stack: "home" };
  for (const [stderr, expected] of [
    ["Host key verification failed.", /^pi-1: shows another host key/],
    ["pi@10.0.0.1: Permission denied (publickey).", /^pi-1: refuses your key for user pi/],
    ["ssh: connect to host 10.0.0.1 port 22: No route to host", /^pi-1: does not answer SSH/],
    ["sudo: a password is required", /^pi-1: lets pi not run sudo without a password/],
    ["line one\nsomething odd\n", /^pi-1: something odd$/],
    ["", /^pi-1: the check ended early$/],
  ] as const) {
    it(`says in one line what "${stderr.trim()}" means`, () => {
      const problem = connectionProblem(stderr, host);
      assert.match(problem, expected);
      assert.ok(!problem.includes("\n"));
    });
  }
});
