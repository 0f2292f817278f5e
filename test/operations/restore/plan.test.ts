import assert from "node:assert/strict";
import { host as hostSchema } from "../../../config/hostSchema";
import type { HostConfig } from "../../../config/schema";
import { readState } from "../../../operations/restore/hosts";
import { describePlan, planRestore, type PlanInput } from "../../../operations/restore/plan";

function host(name: string, role: "server" | "agent"): HostConfig {
  return hostSchema.parse({ name, role, address: "10.0.0.1" });
}

const state = (name: string, role: string, more = "active yes\ndata yes\nrestoring -") =>
  readState(host(name, role === "agent" ? "agent" : "server"), `role ${role}\n${more}\n`);

const whole: PlanInput = {
  ...{ snapshot: "etcd-1", from: "local", on: "pi-2", lost: [], without: [] },
  states: [
    state("pi-1", "server"),
    state("pi-2", "server"),
    state("pi-3", "server"),
    state("pi-4", "agent"),
  ],
};

const lostThird = { host: host("pi-3", "server"), reason: "pi-3: does not answer SSH" };

describe("planRestore", () => {
  it("brings back the server that holds the snapshot first, then the others one by one", () => {
    const plan = planRestore(whole);
    assert.equal(plan.first.host.name, "pi-2");
    assert.deepEqual(
      plan.servers.map(({ name }) => name),
      ["pi-1", "pi-3"],
    );
    assert.deepEqual(
      plan.agents.map(({ name }) => name),
      ["pi-4"],
    );
    const steps = describePlan(plan);
    assert.match(steps[1] ?? "", /stop k3s on pi-2, pi-1, pi-3, pi-4/);
    assert.match(steps.join("\n"), /pi-3: put its data aside .* join pi-2/);
  });

  it("refuses while a host cannot be asked: it may still serve the old data", () => {
    const input = { ...whole, lost: [lostThird], states: whole.states.slice(0, 2) };
    assert.throws(() => planRestore(input), {
      message: "pi-3: does not answer SSH; or give it up: --without pi-3",
    });
    const plan = planRestore({ ...input, without: ["pi-3"] });
    assert.deepEqual(
      plan.servers.map(({ name }) => name),
      ["pi-1"],
    );
    assert.match(describePlan(plan).at(-1) ?? "", /wipe pi-3 before they come back/);
  });

  it("goes on with what was begun, and begins anew once one more host is given up", () => {
    const id = (without: readonly string[]) => planRestore({ ...whole, without }).id;
    assert.equal(id([]), id([]));
    assert.notEqual(id([]), id(["pi-3"]));
    assert.equal(id(["pi-3", "pi-1"]), id(["pi-1", "pi-3"]));
  });

  it("keeps a server's own data only where it has some", () => {
    const blank = state("pi-2", "none", "active no\ndata no\nrestoring -");
    const input: PlanInput = { ...whole, from: "none", snapshot: "none" };
    assert.throws(() => planRestore({ ...input, states: [blank] }), /pi-2 has no data of etcd/);
    assert.equal(planRestore(input).id, "none@pi-2");
  });

  it("leaves blank hosts to the next run of the program, and agents out of the lead", () => {
    const blank = state("pi-3", "none", "active no\ndata no\nrestoring -");
    const plan = planRestore({ ...whole, states: [...whole.states.slice(0, 2), blank] });
    assert.deepEqual(
      plan.blank.map(({ name }) => name),
      ["pi-3"],
    );
    assert.throws(() => planRestore({ ...whole, on: "pi-4" }), /pi-4 is no server/);
  });
});
