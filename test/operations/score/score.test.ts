import assert from "node:assert/strict";
import {
  bandOf,
  categoryWeights,
  type Criterion,
  scoreBy,
  totalOf,
} from "../../../operations/score/score";

describe("totalOf", () => {
  it("weighs the categories: 9, 5, 2, 6, 3 and 7 give 5.0", () => {
    const scores = {
      ...{ infrastructure: 9, manifests: 5, secrets: 2 },
      ...{ configuration: 6, gitops: 3, metadata: 7 },
    };
    assert.equal(totalOf(scores), 5);
    assert.equal(bandOf(totalOf(scores)), "not ready");
  });

  it("has weights that add up to one", () => {
    const sum = Object.values(categoryWeights).reduce((left, right) => left + right, 0);
    assert.equal(Math.round(sum * 100), 100);
  });
});

describe("bandOf", () => {
  for (const [total, band] of [
    [10, "ready"],
    [8, "ready"],
    [7.9, "conditional"],
    [6, "conditional"],
    [5.9, "not ready"],
    [4, "not ready"],
    [3.9, "blockers"],
    [0, "blockers"],
  ] as const) {
    it(`calls ${String(total)} ${band}`, () => {
      assert.equal(bandOf(total), band);
    });
  }
});

describe("scoreBy", () => {
  const category = "secrets" as const;
  const rules: readonly Criterion<number>[] = [
    { id: "a", category, points: 3, wish: "", judge: (met) => ({ met, of: 4, reason: "" }) },
    { id: "b", category, points: 1, wish: "", judge: () => ({ met: 1, of: 1, reason: "" }) },
    { id: "c", category, points: 9, wish: "", judge: () => ({ met: 0, of: 0, reason: "" }) },
  ];

  it("gives points for the share that is met, and leaves out what says nothing", () => {
    const { categories, criteria } = scoreBy(rules, 2);
    // (3 × 2/4 + 1) of 4 points
    assert.equal(categories.secrets, 6.3);
    assert.deepEqual(
      criteria.map(({ earned, points }) => [earned, points]),
      [
        [1.5, 3],
        [1, 1],
        [0, 0],
      ],
    );
  });
});
