import assert from "node:assert/strict";
import {
  certainGap,
  certainOffset,
  clockOffset,
  histogramBound,
  quantile,
  span,
} from "../../../operations/doctor/measures";
import { snapshotInterval } from "../../../operations/doctor/serviceRows";

describe("the doctor's measures", () => {
  it("blame no clock for the time that the look took", () => {
    const slow = { asked: 100, first: 103, last: 130, answered: 131 };
    assert.equal(certainOffset(clockOffset(slow)), 0);
    const behind = { asked: 100, first: 40, last: 70, answered: 131 };
    assert.equal(certainOffset(clockOffset(behind)), -60);
    assert.equal(certainGap(clockOffset(slow), clockOffset(behind)), 59);
  });

  it("take shares of what was measured", () => {
    const values = Array.from({ length: 100 }, (_, index) => index + 1);
    assert.equal(quantile(values, 0.99), 99);
    assert.equal(quantile([7], 0.99), 7);
    assert.equal(quantile([], 0.99), undefined);
    assert.equal(histogramBound([], 0.99), undefined);
    const buckets = [
      { bound: 0.001, count: 90 },
      { bound: 0.002, count: 99 },
      { bound: Infinity, count: 100 },
    ];
    assert.equal(histogramBound(buckets, 0.99), 0.002);
  });

  it("speak of time as people do", () => {
    assert.deepEqual([0.25, 45, 200, 9000, 200_000].map(span), [
      ...["0.3 s", "45 s", "3 minutes", "2 hours", "2 days"],
    ]);
  });

  it("know how often a schedule saves", () => {
    const hours = (schedule: string) => snapshotInterval(schedule) / 3600;
    assert.equal(hours("0 */6 * * *"), 6);
    assert.equal(hours("0 3 * * *"), 24);
    assert.equal(hours("0 0,12 * * *"), 12);
    assert.equal(hours("*/30 * * * *"), 0.5);
    assert.equal(hours("0 3 * * 0"), 168);
  });
});
