import assert from "node:assert/strict";
import { connectionProblem } from "../../../operations/ssh/connectionProblem";

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
});
