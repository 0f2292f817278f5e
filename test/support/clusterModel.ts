import assert from "node:assert/strict";
import type { ClusterObservation } from "../../components/k3s/observation";
import type { Step } from "../../components/k3s/rolloutSteps";

/** A server as etcd has it. */
interface Member {
  voter: boolean;
  healthy: boolean;
}

/** What a plan did to the model of a cluster. */
export interface Simulation {
  /** Moments at which the API was away, though nothing was lost. */
  pauses: number;
  readonly members: Map<string, Member>;
}

/** The members as they really are: a server whose k3s is off or whose disk is blank casts no vote. */
function membersOf({ members, hosts }: ClusterObservation): Map<string, Member> {
  const off = hosts
    .filter(
      ({ unreachable, k3s, etcd }) => unreachable === undefined && !(k3s.active && etcd.hasData),
    )
    .map(({ host }) => host.name);
  return new Map(
    members
      .filter(({ name }) => name !== "-")
      .map(({ name, learner, healthy }) => [
        name,
        { voter: !learner, healthy: healthy && !off.includes(name) },
      ]),
  );
}

function tally(members: ReadonlyMap<string, Member>) {
  const voters = [...members.values()].filter(({ voter }) => voter);
  const healthy = voters.filter((member) => member.healthy).length;
  return { voters: voters.length, healthy, floor: Math.floor(voters.length / 2) + 1 };
}

/**
 * Carries a plan out, phase by phase, on a model of etcd that knows nothing of the planner, and
 * asserts at every moment that etcd has its majority and that at most one host is away.
 */
export function simulate(observed: ClusterObservation, steps: readonly Step[]): Simulation {
  const members = membersOf(observed);
  const told = (step: Step) => step.warnings.some((warning) => warning.startsWith("API away"));
  const simulation: Simulation = { pauses: 0, members };
  const away = new Set<string>();
  const initiallyWhole = tally(members).healthy === tally(members).voters;
  const onlyOne = members.size <= 1;

  const moment = (step: Step, phase: string): void => {
    const { voters, healthy, floor } = tally(members);
    const where = `${step.node} ${step.kind} ${phase}: ${healthy} healthy of ${voters}`;
    assert.ok(away.size <= 1, `${where}: away at once: ${[...away].join(", ")}`);
    if (voters === 0 || healthy >= floor) return;
    // One server, or one of two: k3s itself cannot avoid it, so the step has to say it.
    simulation.pauses += 1;
    assert.ok(voters <= 2, `quorum lost: ${where}`);
    assert.ok(told(step), `the API goes away without a word: ${where}`);
    assert.deepEqual(
      [...away],
      step.phases.some(({ name }) => name === "change") ? [step.node] : [],
    );
    if (voters === 2) assert.equal(healthy, 1, `two of two away: ${where}`);
  };

  for (const step of steps) {
    const { node, role, kind } = step;
    const server = role === "server";
    // A rebuilt or dead host is away from before its step.
    if (kind === "rebuild" || kind === "forget") {
      const member = members.get(node);
      if (member !== undefined) member.healthy = false;
    }
    for (const { name, on } of step.phases) {
      if (name === "forget") {
        assert.notEqual(on, node, "a node is taken out by another");
        const { healthy, floor } = tally(members);
        assert.ok(healthy >= floor, `${node}: a member cannot be removed without quorum`);
        members.delete(node);
      } else if (name === "change" && kind !== "remove") {
        assert.equal(on, node);
        away.add(node);
        const member = members.get(node);
        if (server && member === undefined) {
          const learners = [...members].filter(([, { voter }]) => !voter);
          assert.deepEqual(learners, [], `${node}: etcd takes one learner at a time`);
          members.set(node, { voter: members.size === 0, healthy: members.size === 0 });
        } else if (member !== undefined) {
          member.healthy = false;
        }
      } else if (name === "await-ready") {
        away.delete(node);
        const member = members.get(node);
        if (member !== undefined) member.healthy = true;
      } else if (name === "await-voter") {
        const member = members.get(node);
        assert.ok(member?.healthy, `${node}: only a member that answers is promoted`);
        member.voter = true;
      }
      // An only server that was down when the run began is away until its own step is done.
      if (!(onlyOne && !initiallyWhole && !members.get(node)?.healthy)) moment(step, name);
    }
    assert.equal(away.size, 0, `${node} is not back when its step ends`);
  }
  return simulation;
}
