import assert from "node:assert/strict";
import { prune, restoreIndices } from "../../config/prune";
import { configSchema } from "../../config/schema";

function pruned(input: Record<string, unknown>) {
  const { error } = configSchema.safeParse(input);
  return prune(input, error?.issues ?? []);
}

const sound = { name: "pi-2", address: "10.0.0.2", role: "server" };

describe("config/prune", () => {
  it("sets a broken row aside as a whole and remembers where the others stood", () => {
    const { input, kept } = pruned({ hosts: [{ name: "Pi 1" }, sound, 7, sound] });
    assert.deepEqual(input, { hosts: [sound, sound] });
    assert.deepEqual(kept, new Map([["hosts", [1, 3]]]));
  });

  it("takes out just the broken key elsewhere", () => {
    const { input } = pruned({ ssh: { user: "pi", port: 0 }, k3s: { version: "1", tlsSans: [] } });
    assert.deepEqual(input, { ssh: { user: "pi" }, k3s: { tlsSans: [] } });
  });

  it("takes unknown keys out, and what lacks a required one as a whole", () => {
    const { input } = pruned({ netwrok: {}, storage: { nfs: { server: "nas" } } });
    assert.deepEqual(input, { storage: {} });
  });

  it("leaves the given input alone", () => {
    const given = { hosts: [{ name: "Pi 1" }], ssh: { port: 0 } };
    pruned(given);
    assert.deepEqual(given, { hosts: [{ name: "Pi 1" }], ssh: { port: 0 } });
  });

  it("gives rows the index they have in the file, also inside a sentence", () => {
    const kept = new Map([["hosts", [1, 3]]]);
    assert.equal(restoreIndices("hosts[1].address", kept), "hosts[3].address");
    assert.equal(
      restoreIndices("already the name of hosts[0] (network.pools[0])", kept),
      "already the name of hosts[1] (network.pools[0])",
    );
  });
});
