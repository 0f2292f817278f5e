import assert from "node:assert/strict";
import { lacks } from "../../../operations/access/check";

describe("asking what the deployer lacks", () => {
  it("needs nothing but the review: who is refused is told so, not that a schema is missing", async () => {
    const asked: (readonly string[])[] = [];
    const found = await lacks(
      (args) => {
        asked.push(args);
        return Promise.resolve(JSON.stringify({ status: { resourceRules: [] } }));
      },
      { cluster: [{ resource: "nodes", verbs: ["get"] }], namespaces: {} },
    );
    assert.deepEqual(found, [{ namespace: undefined, resource: "nodes", verbs: ["get"] }]);
    assert.ok(asked.every((args) => args.includes("--validate=false")));
  });
});
