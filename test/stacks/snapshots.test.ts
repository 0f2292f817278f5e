import assert from "node:assert/strict";
import type { Registration } from "../../operations/inprocess/run";
import { find, hostRow, ownCluster, plausibleOutputs, runProgram } from "../support/program";

const secrets = { snapshotS3AccessKey: "key-id", snapshotS3SecretKey: "canary-key" };
const offHost = { s3: { endpoint: "https://s3.lan", bucket: "copies" } };

function withCopies(hosts: readonly object[] = ownCluster.hosts) {
  const k3s = { ...ownCluster.k3s, snapshots: { offHost } };
  return { ...ownCluster, hosts: [...hosts], k3s };
}

async function registrationsOf(sections: object): Promise<readonly Registration[]> {
  const options = { secrets, outputs: plausibleOutputs };
  return (await runProgram({ ...sections }, options)).registrations;
}

const text = (registration: Registration, key: string) => String(registration.inputs[key]);

describe("copies off the hosts", () => {
  let all: readonly Registration[];
  before(async () => {
    all = await registrationsOf(withCopies());
  });

  it("are made by every server in turn, and by no agent on its own", () => {
    for (const [host, delay] of [
      ["pi-1", 0],
      ["pi-2", 600],
      ["pi-3", 1200],
    ] as const) {
      const expected = new RegExp(`k3s-snapshot\\.sh converge .* --delay ${String(delay)}( #|$)`);
      assert.match(text(find(all, `${host}-snapshots`), "create"), expected);
    }
    assert.match(text(find(all, "pi-4-snapshots"), "create"), /k3s-snapshot\.sh none/);
    assert.equal(find(all, "pi-4-snapshot-recipient").inputs["stdin"] !== undefined, true);
  });

  it("end with their host: timer and credentials go", () => {
    for (const host of ["pi-1", "pi-4"]) {
      assert.match(text(find(all, `${host}-snapshots`), "delete"), /k3s-snapshot\.sh remove/);
    }
  });

  it("do not wait for k3s: a blank host is restored from one", () => {
    const wanted = find(all, "pi-1-snapshots");
    const k3s = find(all, "pi-1-k3s").urn;
    const byUrn = new Map(all.map((one) => [one.urn, one]));
    const reached = new Set<string>();
    const visit = (urn: string): void => {
      if (reached.has(urn)) return;
      reached.add(urn);
      byUrn.get(urn)?.dependsOn.forEach(visit);
    };
    wanted.dependsOn.forEach(visit);
    assert.ok(reached.has(find(all, "pi-1-snapshot-destination").urn));
    assert.ok(!reached.has(k3s));
  });

  it("bring what seals them to the hosts, and the key that opens them nowhere", () => {
    assert.match(text(find(all, "pi-1-prepare"), "create"), / age/);
    const recovery = find(all, "recovery-key");
    for (const { name, inputs } of all) {
      assert.ok(!JSON.stringify(inputs).includes(`private-${recovery.name}`), name);
    }
  });

  it("dial no host that is dead when its row goes", async () => {
    const gone = { state: "gone" };
    const hosts = [hostRow(1, "server"), hostRow(2, "server", gone), hostRow(3, "server")];
    const found = find(await registrationsOf(withCopies(hosts)), "pi-2-snapshots");
    assert.equal(found.inputs["delete"], undefined);
    assert.equal((found.inputs["connection"] as { host: string }).host, "10.69.1.11");
  });

  it("have a key to open them before there are any, so that turning them off loses none", async () => {
    const without = await registrationsOf(ownCluster);
    assert.equal(find(without, "recovery-key").inputs["algorithm"], "ED25519");
    assert.ok(!without.some(({ name }) => name.endsWith("-snapshots")));
  });
});
