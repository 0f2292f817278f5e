import assert from "node:assert/strict";
import type { Registration } from "../../operations/inprocess/run";
import { find, needsOf, ownCluster, plausibleOutputs, runProgram } from "../support/program";

async function plan(rotation: object, ssh: object = {}): Promise<readonly Registration[]> {
  const sections = { ...ownCluster, k3s: { ...ownCluster.k3s, rotation }, ssh };
  return (await runProgram(sections, { outputs: plausibleOutputs })).registrations;
}

const call = (all: readonly Registration[], name: string) =>
  String(find(all, name).inputs["create"]);

describe("rotation", () => {
  let plain: readonly Registration[];
  let tokens: readonly Registration[];
  let rest: readonly Registration[];
  before(async () => {
    plain = await plan({});
    tokens = await plan({ serverToken: 2 });
    rest = await plan({ certificates: 2, certificateAuthority: 3, secretsKey: 2 });
  });

  it("adds nothing where nothing was rotated", () => {
    assert.deepEqual(
      plain
        .map(({ name }) => name)
        .filter((name) => /rotation|authority|(certificates|key)-2$/.test(name)),
      [],
    );
    assert.equal(find(plain, "server-token").inputs["keepers"], undefined);
  });

  it("replaces one token by its counter, and servers take it in their turn", () => {
    assert.deepEqual(find(tokens, "server-token").inputs["keepers"], { rotation: "2" });
    assert.equal(find(tokens, "agent-token").inputs["keepers"], undefined);
    for (const server of ["pi-1", "pi-2", "pi-3"]) {
      assert.notEqual(call(tokens, `${server}-k3s`), call(plain, `${server}-k3s`));
    }
    assert.equal(call(tokens, "pi-4-k3s"), call(plain, "pi-4-k3s"));
  });

  it("begins each rotation once, on the first server, when the cluster is whole", () => {
    for (const item of ["certificates-2", "certificate-authority-3", "secrets-key-2"]) {
      const needs = needsOf(rest, `rotation-${item}`);
      assert.ok(needs.has("nodes-ready"), item);
      assert.match(call(rest, `rotation-${item}`), /k3s-rotate\.sh begin --counter [23] --item /);
    }
    assert.ok(needsOf(rest, "rotation-secrets-key-2").has("rotation-certificates-2-verified"));
  });

  it("lets node after node follow, servers first, each told what tells who has followed", () => {
    const order = ["pi-1", "pi-2", "pi-3", "pi-4"];
    for (const item of ["certificates-2", "certificate-authority-3"]) {
      for (const [index, name] of order.slice(1).entries()) {
        assert.ok(needsOf(rest, `${name}-${item}`).has(`${String(order[index])}-${item}`));
      }
      assert.equal(find(rest, `pi-1-${item}`).inputs["stdin"], "none");
    }
    assert.throws(() => find(rest, "pi-4-secrets-key-2"), /no resource/);
  });

  it("hands out a kubeconfig with the new certificate, and lets the platform wait for it", () => {
    assert.match(call(rest, "kubeconfig"), /# certificates-2 certificateAuthority-3$/);
    assert.ok(needsOf(rest, "kubeconfig").has("rotation-certificate-authority-3-verified"));
    assert.ok(needsOf(rest, "cluster").has("rotation-secrets-key-2-verified"));
    assert.doesNotMatch(call(tokens, "kubeconfig"), /#/);
  });

  it("tells a new cluster that it has nothing to rotate", () => {
    assert.match(
      call(rest, "rotation-baseline"),
      /baseline --counters 'certificates=2 certificate-authority=3 secrets-key=2'$/,
    );
    assert.ok(needsOf(rest, "pi-1-k3s").has("rotation-baseline"));
  });
});

describe("the SSH authority", () => {
  const keys = (all: readonly Registration[]) =>
    all.filter(({ type }) => type === "tls:index/privateKey:PrivateKey").map(({ name }) => name);

  it("is trusted by every host and hands its private key to none", async () => {
    const all = await plan({}, { userCa: { enabled: true } });
    assert.ok(keys(all).includes("ssh-user-ca-1"));
    for (const name of ["pi-1", "pi-2", "pi-3", "pi-4"]) {
      const { inputs } = find(all, `${name}-ssh-ca`);
      assert.match(String(inputs["create"]), /ssh-ca\.sh converge/);
      assert.match(String(inputs["delete"]), /ssh-ca\.sh remove/);
      assert.doesNotMatch(String(inputs["stdin"]), /PRIVATE/);
    }
  });

  it("is trusted together with the one before while it is rotated", async () => {
    const all = await plan({}, { userCa: { enabled: true, rotation: 3 } });
    const found = keys(all).filter((name) => name.startsWith("ssh-user-ca"));
    assert.deepEqual(found.sort(), ["ssh-user-ca-2", "ssh-user-ca-3"]);
  });

  it("is none unless it is turned on", () => {
    return plan({}).then((all) => {
      assert.ok(!all.some(({ name }) => name.endsWith("-ssh-ca")));
    });
  });
});
