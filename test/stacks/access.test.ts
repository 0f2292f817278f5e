import assert from "node:assert/strict";
import type { Registration } from "../../operations/inprocess/run";
import {
  existingCluster,
  find,
  hostRow,
  needsOf,
  ownCluster,
  plausibleOutputs,
  runProgram,
} from "../support/program";

const asDeployer = { ...ownCluster, cluster: { name: "home", access: "deployer" } };

/** A kubeconfig of a deployer whose cluster has this authority; the fakes' own is `Q0E=`. */
function deployerOf(authority: string): string {
  return JSON.stringify({
    clusters: [{ name: "home", cluster: { "certificate-authority-data": authority } }],
    users: [{ name: "home-deployer", user: { token: "deployer-token" } }],
    contexts: [{ name: "home", context: { cluster: "home", user: "home-deployer" } }],
    "current-context": "home",
  });
}

/** The kubeconfig of the provider, which is known once things are made. */
function used(registrations: readonly Registration[]): string {
  return String(find(registrations, "cluster").inputs["kubeconfig"]);
}

describe("who the program is in the cluster", () => {
  it("is the administrator unless it is told otherwise, whatever secrets there are", async () => {
    const { registrations } = await runProgram(ownCluster, {
      secrets: { deployerKubeconfig: deployerOf("Q0E=") },
      outputs: plausibleOutputs,
    });
    assert.match(used(registrations), /admin-key/);
  });

  it("is the deployer of this cluster, with nothing else changed", async () => {
    const options = {
      secrets: { deployerKubeconfig: deployerOf("Q0E=") },
      outputs: plausibleOutputs,
    };
    const { registrations } = await runProgram(asDeployer, options);
    assert.match(used(registrations), /deployer-token/);
    assert.ok(find(registrations, "cluster").secretInputs.includes("kubeconfig"));
    const before = (await runProgram(ownCluster, options)).registrations;
    const rest = (all: readonly Registration[]) =>
      all.filter(({ name }) => name !== "cluster").map(({ urn, inputs }) => ({ urn, inputs }));
    assert.deepEqual(rest(registrations), rest(before));
    const { kubeconfig: _, ...same } = find(registrations, "cluster").inputs;
    const { kubeconfig: __, ...other } = find(before, "cluster").inputs;
    assert.deepEqual(same, other, "another identifier would replace the provider and all on it");
  });

  it("is the administrator as long as there is no deployer, or one of a cluster before", async () => {
    for (const secrets of [{}, { deployerKubeconfig: deployerOf("b3RoZXI=") }]) {
      const { registrations } = await runProgram(asDeployer, {
        secrets,
        outputs: plausibleOutputs,
      });
      assert.match(used(registrations), /admin-key/);
    }
  });

  it("is the deployer on a cluster of others, which then needs no administrator's kubeconfig", async () => {
    const cluster = { ...existingCluster.cluster, access: "deployer", context: "admins" };
    const sections = { ...existingCluster, cluster };
    const deployerKubeconfig = deployerOf("Q0E=");
    const { registrations } = await runProgram(sections, { secrets: { deployerKubeconfig } });
    assert.equal(used(registrations), deployerKubeconfig);
    assert.equal(find(registrations, "cluster").inputs["context"], undefined);
    await assert.rejects(
      runProgram(sections),
      /deployerKubeconfig: is missing: pulumi config set --secret deployerKubeconfig/,
    );
  });
});

describe("roles for people", () => {
  it("are bound to groups of their own, after the namespaces are there", async () => {
    const people = [{ role: "view" }, { role: "edit", namespaces: ["media"] }];
    const { registrations } = await runProgram({
      ...ownCluster,
      cluster: { name: "home", people },
    });
    const whole = find(registrations, "people-view");
    assert.equal(whole.type, "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding");
    const one = find(registrations, "people-edit-media");
    assert.deepEqual(one.inputs["subjects"], [
      { kind: "Group", apiGroup: "rbac.authorization.k8s.io", name: "bramble:edit:media" },
    ]);
    assert.equal((one.inputs["metadata"] as { namespace: string }).namespace, "media");
    assert.ok(needsOf(registrations, "people-edit-media").has("media"));
    assert.ok(one.deletedWith !== undefined, "a drill would walk object by object");
  });

  it("are none by default", async () => {
    const { registrations } = await runProgram(ownCluster);
    assert.ok(!registrations.some(({ name }) => name.startsWith("people-")));
  });
});

describe("users of hosts", () => {
  it("are limited once the host is prepared, and free again when that goes", async () => {
    const { registrations } = await runProgram({
      ...ownCluster,
      hosts: [hostRow(1, "server"), hostRow(2, "agent", { user: "edge" })],
      ssh: { sudo: "scripts" },
    });
    const { inputs } = find(registrations, "pi-2-sudo");
    assert.match(String(inputs["create"]), /sudoers\.sh converge --user edge # /);
    assert.match(String(inputs["delete"]), /sudoers\.sh remove; fi$/);
    assert.ok(needsOf(registrations, "pi-1-sudo").has("pi-1-prepare"));
    const all = (await runProgram(ownCluster)).registrations;
    assert.ok(!all.some(({ name }) => name.endsWith("-sudo")));
  });
});
