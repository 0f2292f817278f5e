import assert from "node:assert/strict";
import { chartKinds } from "../../catalogue/chartKinds";
import { chartNames, charts } from "../../catalogue/charts";
import { groupOf, isClusterScoped, resourceOf } from "../../catalogue/kinds";
import { existingCluster, ownCluster, runProgram } from "../support/program";

const definitions = "customresourcedefinitions.apiextensions.k8s.io";

/** Resources that the charts define, as they themselves spell them. */
const defined = new Set(
  Object.values(chartKinds).flatMap(({ cluster }) => cluster[definitions] ?? []),
);
const groups = new Set([...defined].map((name) => name.slice(name.indexOf(".") + 1)));

describe("what charts make", () => {
  it("is known of each chart in its version: else run `npm run charts -- kinds --write`", () => {
    for (const name of chartNames) {
      assert.equal(chartKinds[name]?.version, charts[name].version, name);
    }
  });

  it("is named as the charts' own definitions name it", async () => {
    assert.ok(defined.size > 40, String(defined.size));
    const ours: string[] = [];
    for (const sections of [ownCluster, existingCluster]) {
      const { registrations } = await runProgram(sections);
      for (const { inputs } of registrations) {
        const { apiVersion = "", kind = "" } = inputs as { apiVersion?: string; kind?: string };
        if (groups.has(groupOf(apiVersion))) ours.push(resourceOf(apiVersion, kind));
      }
    }
    const theirs = Object.values(chartKinds).flatMap(({ own }) =>
      own.filter((name) => groups.has(name.slice(name.indexOf(".") + 1))),
    );
    const all = new Set([...theirs, ...ours]);
    assert.ok(all.size > 8, [...all].join());
    assert.deepEqual(
      [...all].filter((name) => !defined.has(name)),
      [],
    );
  });

  it("has the plurals of Kubernetes", () => {
    for (const [kind, plural] of [
      ["Ingress", "ingresses"],
      ["NetworkPolicy", "networkpolicies"],
      ["Endpoints", "endpoints"],
      ["StorageClass", "storageclasses"],
      ["Gateway", "gateways"],
      ["Service", "services"],
    ] as const) {
      assert.equal(resourceOf("v1", kind), plural);
    }
    assert.equal(resourceOf("apps/v1", "Deployment"), "deployments.apps");
    assert.ok(isClusterScoped("ClusterIssuer") && !isClusterScoped("Issuer"));
  });
});
