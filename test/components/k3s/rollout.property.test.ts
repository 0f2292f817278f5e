import assert from "node:assert/strict";
import fc from "fast-check";
import { planRollout } from "../../../components/k3s/rollout";
import { simulate } from "../../support/clusterModel";
import { anySituation, fates, type Situation, wellSituation } from "../../support/clusters";

const runs = 4000;

/** Where a step of such a kind belongs. */
function rankOf(kind: string, role: string): number {
  if (kind === "forget") return 0;
  if (kind === "remove") return role === "agent" ? 3 : 4;
  return role === "server" ? 1 : 2;
}

function assertOrder({ wanted }: Situation, steps: ReturnType<typeof planRollout>["steps"]): void {
  const order = wanted.nodes.map(({ name }) => name);
  const keys = steps.map(({ node, kind, role }) => {
    const position = order.indexOf(node);
    return [rankOf(kind, role), kind === "remove" ? -position : position] as const;
  });
  const sorted = [...keys].sort(([a, b], [c, d]) => a - c || b - d);
  assert.deepEqual(keys, sorted, "servers in their order, then agents; what goes goes last");
}

describe("components/k3s/rollout, for every cluster", () => {
  it("never plans below quorum, nor two hosts away at once, and leaves no change unanswered", () => {
    const seen = new Map<string, number>();
    const note = (what: string) => seen.set(what, (seen.get(what) ?? 0) + 1);
    fc.assert(
      fc.property(anySituation, (situation) => {
        const { wanted, observed, stories } = situation;
        const { steps, refusals } = planRollout(wanted, observed);
        if (refusals.length > 0) {
          note("refused");
          assert.deepEqual(steps, [], "no plan when refused");
          for (const { message } of refusals) assert.doesNotMatch(message, /\n|undefined/);
          for (const { fate } of stories) note(`refused with ${fate}`);
          return;
        }
        const changed = wanted.nodes.filter(({ differs }) => differs.length > 0);
        assert.deepEqual(
          steps.map(({ node, reasons }) => [node, reasons]).sort(),
          changed.map(({ name, differs }) => [name, differs]).sort(),
        );
        assertOrder(situation, steps);
        const { pauses, members } = simulate(observed, steps);
        for (const { node, kind, role } of steps) {
          assert.equal(
            members.has(node),
            role === "server" && !["remove", "forget"].includes(kind),
          );
          note(`${kind} ${role}`);
        }
        for (const { fate } of stories) note(`planned with ${fate}`);
        if (steps.length > 0) note(`planned for ${observed.members.length} servers`);
        if (pauses > 0) note("pause");
        if (observed.members.some(({ healthy }) => !healthy))
          note("planned though one is unhealthy");
        if (observed.members.some(({ learner }) => learner)) note("planned with a learner");
        if (steps.length > 5) note("more than five steps");
      }),
      { numRuns: runs },
    );
    // A generator that only makes what is refused, or nothing of a kind, would prove nothing.
    const neverPlanned = ["unreachable", "foreign", "stranger"];
    const wanted = [
      ...["touch", "join", "rebuild", "remove", "forget"].flatMap((kind) =>
        ["server", "agent"].map((role) => `${kind} ${role}`),
      ),
      ...fates.map((fate) => `refused with ${fate}`),
      ...fates.filter((fate) => !neverPlanned.includes(fate)).map((fate) => `planned with ${fate}`),
      ...[1, 2, 3, 4, 5].map((count) => `planned for ${count} servers`),
      ...["refused", "pause", "planned though one is unhealthy", "planned with a learner"],
      "more than five steps",
    ];
    const rare = wanted.filter((what) => (seen.get(what) ?? 0) < 3);
    assert.deepEqual(rare, [], JSON.stringify([...seen]));
    for (const fate of neverPlanned)
      assert.equal(seen.get(`planned with ${fate}`), undefined, fate);
  }).timeout(120_000);

  it("refuses nothing where all servers are well and nothing forbidden is asked", () => {
    fc.assert(
      fc.property(wellSituation, ({ wanted, observed }) => {
        const { steps, refusals } = planRollout(wanted, observed);
        assert.deepEqual(refusals, []);
        assert.equal(simulate(observed, steps).pauses, 0);
      }),
      { numRuns: 1000 },
    );
  }).timeout(60_000);
});
