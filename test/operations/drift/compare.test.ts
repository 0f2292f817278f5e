import assert from "node:assert/strict";
import { comparable, differencesOf } from "../../../operations/drift/compare";

describe("operations/drift/compare", () => {
  it("names each place, with what is there and what is wanted", () => {
    const found = { spec: { ports: [{ port: 80 }, { port: 81 }], "a/b": "x" }, extra: 1 };
    const wanted = { spec: { ports: [{ port: 80 }, { port: 443 }], "a/b": "y" } };
    assert.deepEqual(differencesOf(found, wanted), [
      { path: "extra", found: "1", wanted: "missing" },
      { path: 'spec["a/b"]', found: "x", wanted: "y" },
      { path: "spec.ports[1].port", found: "81", wanted: "443" },
    ]);
    assert.deepEqual(differencesOf([1], [1, 2]), [{ path: "", found: "[1]", wanted: "[1,2]" }]);
  });

  it("leaves out what only the API server writes", () => {
    const metadata = {
      name: "x",
      uid: "1",
      resourceVersion: "2",
      managedFields: [],
      generation: 3,
    };
    assert.deepEqual(comparable({ kind: "X", metadata, status: {} }), {
      kind: "X",
      metadata: { name: "x" },
    });
  });
});
