import assert from "node:assert/strict";
import {
  contains,
  formatAddress,
  overlaps,
  parseAddress,
  parseRange,
} from "../../config/addresses";

describe("config/addresses", () => {
  it("reads and writes addresses up to the last one", () => {
    for (const text of ["0.0.0.0", "10.69.1.154", "192.168.1.20", "255.255.255.255"]) {
      assert.equal(formatAddress(parseAddress(text) ?? -1), text);
    }
  });

  it("refuses what is no IPv4 address", () => {
    for (const text of ["", "10.0.0", "10.0.0.256", "10.0.0.1 ", "::1", "pi-1", "10.0.0.1/32"]) {
      assert.equal(parseAddress(text), undefined, text);
    }
  });

  const range = (text: string) => {
    const { first, last } = parseRange(text) ?? { first: NaN, last: NaN };
    return `${formatAddress(first)} ${formatAddress(last)}`;
  };

  it("reads both forms of a range, ends included", () => {
    assert.equal(range("10.69.1.150-10.69.1.180"), "10.69.1.150 10.69.1.180");
    assert.equal(range("10.69.1.150 - 10.69.1.150"), "10.69.1.150 10.69.1.150");
    assert.equal(range("10.69.1.160/28"), "10.69.1.160 10.69.1.175");
    assert.equal(range("10.69.1.165/28"), "10.69.1.160 10.69.1.175");
    assert.equal(range("0.0.0.0/0"), "0.0.0.0 255.255.255.255");
    assert.equal(range("10.69.1.5/32"), "10.69.1.5 10.69.1.5");
  });

  it("refuses what is no range", () => {
    for (const text of ["", "10.0.0.9-10.0.0.1", "10.0.0.0/33", "10.0.0.1", "10.0.0.1-", "a/8"]) {
      assert.equal(parseRange(text), undefined, text);
    }
  });

  it("counts both ends as inside", () => {
    const pool = parseRange("10.0.0.10-10.0.0.20");
    assert.ok(pool);
    const inside = ["10.0.0.9", "10.0.0.10", "10.0.0.20", "10.0.0.21"].map((text) =>
      contains(pool, parseAddress(text) ?? -1),
    );
    assert.deepEqual(inside, [false, true, true, false]);
  });

  it("finds ranges that share one address", () => {
    const pool = parseRange("10.0.0.10-10.0.0.20");
    const touching = parseRange("10.0.0.20-10.0.0.30");
    const beside = parseRange("10.0.0.21-10.0.0.30");
    assert.ok(pool && touching && beside);
    assert.equal(overlaps(pool, touching), true);
    assert.equal(overlaps(touching, pool), true);
    assert.equal(overlaps(pool, beside), false);
  });
});
