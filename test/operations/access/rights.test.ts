import assert from "node:assert/strict";
import { isClusterScoped, resourceOf } from "../../../catalogue/kinds";
import { lackLines, lacksOf } from "../../../operations/access/check";
import { grantsOf, renderDeployer, rulesOf } from "../../../operations/access/manifests";
import { type Grant, mergeRights, type Rights, rightsOf } from "../../../operations/access/rights";
import type { Registration } from "../../../operations/inprocess/run";
import { existingCluster, ownCluster, runProgram } from "../../support/program";

const writing = ["create", "delete", "patch", "update"];
const clusterRoles = "clusterroles.rbac.authorization.k8s.io";

interface Planned {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata?: { readonly name: string; readonly namespace?: string };
}

/** Every grant with the place it holds in. */
function allGrants({ cluster, namespaces }: Rights): (Grant & { readonly where: string })[] {
  const places = { "": cluster, ...namespaces };
  return Object.entries(places).flatMap(([where, grants]) =>
    grants.map((grant) => ({ where, ...grant })),
  );
}

describe("the deployer's rights", () => {
  const plans = new Map<string, { rights: Rights; registrations: readonly Registration[] }>();
  before(async () => {
    for (const [name, sections] of Object.entries({ own: ownCluster, existing: existingCluster })) {
      const { registrations } = await runProgram({
        ...sections,
        cluster: { ...sections.cluster, people: [{ role: "view" }] },
      });
      plans.set(name, { registrations, rights: rightsOf(registrations) });
    }
  });
  const plan = (name: string) => plans.get(name) ?? assert.fail(name);

  for (const name of ["own", "existing"]) {
    it(`cover every object of the program, on a cluster that is ${name}`, () => {
      const { rights, registrations } = plan(name);
      const objects = registrations
        .filter(({ type }) => type.startsWith("kubernetes:") && !type.endsWith(":Release"))
        .map(({ inputs }) => inputs as Planned);
      assert.ok(objects.length > 100, String(objects.length));
      for (const { apiVersion = "", kind = "", metadata } of objects) {
        const resource = resourceOf(apiVersion, kind);
        const whole = isClusterScoped(kind);
        const grants = whole
          ? rights.cluster
          : [...rights.cluster, ...(rights.namespaces[metadata?.namespace ?? ""] ?? [])];
        const verbs = ["get", "list", "watch", ...writing].filter(
          (verb) => verb !== "create" || kind !== "Namespace",
        );
        const named = verbs.filter((verb) => !["create", "list", "watch"].includes(verb));
        const open = verbs.filter((verb) => !named.includes(verb));
        const wanted: Grant[] = whole
          ? [
              { resource, verbs: named, names: [metadata?.name ?? ""] },
              { resource, verbs: open },
            ]
          : [{ resource, verbs }];
        assert.deepEqual(lacksOf(wanted, rulesOf(grants), undefined), [], kind);
      }
    });

    it(`name no wildcard and no namespace to make, on a cluster that is ${name}`, () => {
      const { rights } = plan(name);
      for (const { where, resource, verbs, names = [] } of allGrants(rights)) {
        const label = `${where} ${resource}`;
        assert.ok(![resource, ...verbs, ...names].some((text) => text.includes("*")), label);
        assert.ok(resource !== "namespaces" || !verbs.includes("create"), label);
        assert.ok(!verbs.includes("impersonate") && !verbs.includes("deletecollection"), label);
      }
    });

    it(`change outside of the program's namespaces just what has a name, ${name}`, () => {
      const { rights } = plan(name);
      for (const { where, resource, verbs, names } of allGrants(rights)) {
        if (where !== "" && where !== "kube-system") continue;
        const open = names === undefined ? verbs : [];
        for (const verb of ["patch", "update", "delete", "bind"]) {
          assert.ok(!open.includes(verb), `${where} ${resource}: ${verb} without names`);
        }
        assert.ok(where === "" || resource !== "secrets", "Secrets of the cluster itself");
      }
    });
  }

  it("bind the roles of the program and its charts, cluster-admin not among them", () => {
    const { rights } = plan("own");
    const bound = rights.cluster
      .filter(({ resource, verbs }) => resource === clusterRoles && verbs.includes("bind"))
      .flatMap(({ names = [] }) => names);
    assert.ok(bound.includes("metallb:controller") && bound.includes("view"), bound.join());
    assert.ok(!bound.includes("cluster-admin"));
  });

  it("are refused for a chart of which nothing is known, with what to run", () => {
    assert.throws(
      () => rightsOf(plan("own").registrations, {}),
      /catalogue\/chartKinds\.json does not say what it makes: run `npm run charts -- kinds --write`/,
    );
  });

  it("are the same after a way through RBAC's rules", () => {
    const { rights } = plan("own");
    assert.deepEqual(
      mergeRights(
        { cluster: [], namespaces: {} },
        { ...rights, cluster: grantsOf(rulesOf(rights.cluster)) },
      ),
      rights,
    );
  });

  it("grow by others, and lose none", () => {
    const one: Rights = {
      cluster: [{ resource: "a", verbs: ["get"], names: ["x"] }],
      namespaces: { here: [{ resource: "pods", verbs: ["get"] }] },
    };
    const other: Rights = {
      cluster: [{ resource: "a", verbs: ["get"], names: ["y"] }],
      namespaces: {
        here: [{ resource: "pods", verbs: ["list"] }],
        there: [{ resource: "pods", verbs: ["get"] }],
      },
    };
    assert.deepEqual(mergeRights(one, other), {
      cluster: [{ resource: "a", verbs: ["get"], names: ["x", "y"] }],
      namespaces: {
        here: [{ resource: "pods", verbs: ["get", "list"] }],
        there: [{ resource: "pods", verbs: ["get"] }],
      },
    });
  });

  it("are given to an account that mounts no token, in a namespace of its own", () => {
    const objects = renderDeployer(plan("own").rights) as (Planned & Record<string, unknown>)[];
    const account = objects.find(({ kind }) => kind === "ServiceAccount");
    assert.equal(account?.["automountServiceAccountToken"], false);
    const bindings = objects.filter(({ kind }) => kind?.endsWith("Binding"));
    assert.equal(bindings.length, objects.filter(({ kind }) => kind?.endsWith("Role")).length);
    for (const { subjects } of bindings) {
      assert.deepEqual(subjects, [
        { kind: "ServiceAccount", name: "bramble-deployer", namespace: "bramble-system" },
      ]);
    }
  });
});

describe("what the deployer lacks", () => {
  const grant = { resource: "deployments.apps", verbs: ["create", "get"] };
  const rule = { apiGroups: ["apps"], resources: ["deployments"], verbs: ["create", "get"] };

  it("is nothing where a rule or several cover it, wildcards of others included", () => {
    assert.deepEqual(lacksOf([grant], [rule], "media"), []);
    const apart = ["create", "get"].map((verb) => ({ ...rule, verbs: [verb] }));
    assert.deepEqual(lacksOf([grant], apart, "media"), []);
    const all = { apiGroups: ["*"], resources: ["*"], verbs: ["*"] };
    assert.deepEqual(lacksOf([grant], [all], "media"), []);
  });

  it("is told by verb and by name, and in short where it is nearly all", () => {
    const reads = { ...rule, verbs: ["get"], resourceNames: ["plex"] };
    assert.deepEqual(lackLines(lacksOf([grant], [reads], "media")), [
      "in namespace media: create, get deployments.apps",
    ]);
    const named = { ...grant, verbs: ["get"], names: ["plex", "radarr"] };
    assert.deepEqual(lackLines(lacksOf([named], [reads], undefined)), [
      "in the whole cluster: get deployments.apps radarr",
    ]);
    const many = ["a", "b", "c", "d", "e", "f", "g"].map((resource) => ({ ...grant, resource }));
    assert.deepEqual(lackLines(lacksOf(many, [], "new")), ["in namespace new: 7 kinds, such as a"]);
  });
});
