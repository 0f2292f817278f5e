import { strict as assert } from "node:assert";
import { type Ask, gapsOf, secondsAway, sharedGaps } from "../../../operations/drill/away";

/** Questions a quarter of a second apart, each answered in ten milliseconds or not at all. */
function asks(answers: string): Ask[] {
  return Array.from(answers, (sign, index) => {
    const began = index * 250;
    return { began, ended: began + (sign === "+" ? 10 : 200), answered: sign === "+" };
  });
}

describe("operations/drill/away", () => {
  it("counts from the first question without an answer until the next answer", () => {
    assert.deepEqual(gapsOf(asks("++--+-+")), [
      { from: 500, to: 1010 },
      { from: 1250, to: 1510 },
    ]);
    assert.equal(secondsAway(gapsOf(asks("++--+-+"))), 0.77);
  });

  it("counts what never came back until the last question", () => {
    assert.deepEqual(gapsOf(asks("+--")), [{ from: 250, to: 700 }]);
  });

  it("says nothing of what always answered", () => {
    assert.deepEqual(gapsOf(asks("+++")), []);
    assert.deepEqual(gapsOf([]), []);
    assert.equal(secondsAway([]), 0);
  });

  it("calls several away only while none of them answered", () => {
    const one = [{ from: 0, to: 10_000 }];
    const two = [
      { from: 2000, to: 3000 },
      { from: 9000, to: 12_000 },
    ];
    assert.equal(secondsAway(sharedGaps([one, two])), 2);
    assert.deepEqual(sharedGaps([one, two, []]), []);
    assert.deepEqual(sharedGaps([]), []);
  });
});
