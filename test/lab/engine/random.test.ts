import assert from "node:assert/strict";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { momentOf } from "../../../components/platform/ArgoCd";
import { createRandom } from "../../../lab/engine/random";
import type { Registration } from "../../../operations/inprocess/run";

function registration(type: string, inputs: Registration["inputs"]): Registration {
  return {
    urn: `urn:pulumi:local::bramble::${type}::thing`,
    ...{ type, name: "thing", custom: true, inputs, shown: {} },
    ...{
      parent: undefined,
      provider: undefined,
      deletedWith: undefined,
      protect: false,
      retainOnDelete: false,
    },
    ...{ dependsOn: [], secretInputs: [], additionalSecretOutputs: [] },
  };
}

const password = (length: number): Registration =>
  registration("random:index/randomPassword:RandomPassword", { length, special: false });

describe("lab/engine/random", () => {
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "bramble-random-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it("gives the next run the same token, or its hosts would be refused", () => {
    const file = join(folder, "random.json");
    const first = createRandom(file)(password(48));
    const second = createRandom(file)(password(48));
    assert.equal(first.change, "created");
    assert.match(first.outputs?.["result"] as string, /^[A-Za-z0-9]{48}$/);
    assert.equal(second.change, "unchanged");
    assert.deepEqual(second.outputs, first.outputs);
  });

  it("keeps tokens where only the owner reads them", () => {
    const file = join(folder, "random.json");
    createRandom(file)(password(48));
    assert.equal(statSync(file).mode & 0o777, 0o600);
  });

  it("draws anew when the inputs change", () => {
    const random = createRandom(join(folder, "random.json"));
    const first = random(password(20));
    const second = random(password(24));
    assert.equal(second.change, "changed");
    assert.notEqual(second.outputs?.["result"], first.outputs?.["result"]);
  });

  it("knows when a password was made, which Argo CD is told", () => {
    const random = createRandom(join(folder, "random.json"));
    const before = Date.now();
    const made = random(registration("random:index/randomUuid7:RandomUuid7", {}));
    const uuid = made.outputs?.["result"] as string;
    assert.match(uuid, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/);
    const moment = Date.parse(momentOf(uuid));
    assert.ok(moment >= before && moment < Date.now() + 1000);
  });

  it("refuses what it does not know instead of making it up", () => {
    const random = createRandom(join(folder, "random.json"));
    const pet = registration("random:index/randomPet:RandomPet", {});
    assert.throws(() => random(pet), /cannot make a random:index\/randomPet:RandomPet/);
  });
});
