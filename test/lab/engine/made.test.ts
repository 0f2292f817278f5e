import { strict as assert } from "node:assert";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createMade } from "../../../lab/engine/made";
import type { Registration } from "../../../operations/inprocess/run";

function command(name: string, inputs: Readonly<Record<string, unknown>>): Registration {
  const connection = { host: "10.77.0.11", user: "pi", hostKey: "ssh-ed25519 AAAA" };
  return {
    ...{ urn: `urn:${name}`, type: "command:remote:Command", name, custom: true },
    ...{ parent: undefined, provider: undefined, dependsOn: [], deletedWith: undefined },
    inputs: { connection, ...inputs },
    ...{
      shown: {},
      secretInputs: [],
      additionalSecretOutputs: [],
      protect: false,
      retainOnDelete: false,
    },
  };
}

describe("lab/engine/made", () => {
  let folder = "";
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "bramble-made-"));
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });

  it("remembers over runs what was made, in order, and how it is undone", () => {
    const file = join(folder, "made.json");
    const first = createMade(file);
    first.add(command("one", { create: "a", delete: "undo one", stdin: "id" }), { id: "1" });
    first.add(command("two", { create: "b" }), { id: "2", outputs: { stdout: "out" } });
    const second = createMade(file);
    assert.deepEqual(
      second.all().map(({ name, undo }) => [name, undo?.command]),
      [
        ["one", "undo one"],
        ["two", undefined],
      ],
    );
    second.remove("urn:one");
    assert.equal(createMade(file).has("urn:one"), false);
    assert.equal(statSync(file).mode & 0o777, 0o600);
  });

  it("knows what came of a resource only while its inputs are the same", () => {
    const made = createMade(join(folder, "same.json"));
    const result = { id: "1", outputs: { stdout: "fresh" } };
    made.add(command("one", { create: "a" }), result);
    assert.deepEqual(made.same(command("one", { create: "a" })), result);
    assert.equal(made.same(command("one", { create: "b" })), undefined);
    assert.equal(made.same(command("other", { create: "a" })), undefined);
  });
});
