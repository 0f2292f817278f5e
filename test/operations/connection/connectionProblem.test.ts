import assert from "node:assert/strict";
import { connectionProblem } from "../../../operations/connection/connectionProblem";

describe("operations/ssh/connectionProblem", () => {
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

  const behind = { ...host, bastion: { address: "10.0.0.9", user: "guest" } };
  for (const [stderr, expected] of [
    [
      "No ED25519 host key is known for 10.0.0.9\nHost key verification failed.",
      /^pi-1: the bastion 10\.0\.0\.9 shows another host key/,
    ],
    [
      "guest@10.0.0.9: Permission denied (publickey).",
      /bastion 10\.0\.0\.9 refuses your key for user guest/,
    ],
    [
      "channel 0: open failed: connect failed: No route to host",
      /^pi-1: cannot be reached through/,
    ],
    ["pi@10.0.0.1: Permission denied (publickey).", /^pi-1: refuses your key for user pi/],
  ] as const) {
    it(`tells bastion and host apart in "${stderr}"`, () => {
      assert.match(connectionProblem(stderr, behind), expected);
    });
  }
});
