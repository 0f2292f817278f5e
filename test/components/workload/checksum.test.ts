import assert from "node:assert/strict";
import { checksum, keyedChecksum } from "../../../components/workload/checksum";

describe("checksums", () => {
  it("do not depend on the order of keys", () => {
    assert.equal(checksum({ a: "1", b: "2" }), checksum({ b: "2", a: "1" }));
  });

  it("change with a value", () => {
    assert.notEqual(checksum({ a: "1" }), checksum({ a: "2" }));
    assert.notEqual(keyedChecksum("salt", { a: "1" }), keyedChecksum("salt", { a: "2" }));
  });

  it("of secrets cannot be reproduced without the salt", () => {
    const data = { password: "hunter2" };
    assert.notEqual(keyedChecksum("one", data), keyedChecksum("two", data));
    assert.notEqual(keyedChecksum("one", data), checksum(data));
  });
});
