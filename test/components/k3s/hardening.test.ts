import assert from "node:assert/strict";
import { parse } from "yaml";
import { charts } from "../../../catalogue/charts";
import { podSecurityExemptions, renderAdmission } from "../../../components/k3s/admission";
import { auditRules, renderAuditPolicy } from "../../../components/k3s/auditPolicy";
import {
  hardenedArguments,
  hardeningFiles,
  type HardeningSettings,
} from "../../../components/k3s/hardening";
import { matchesGolden } from "../../support/golden";

const settings: HardeningSettings = {
  role: "server",
  version: "v1.36.4+k3s1",
  audit: { enabled: true, maxAgeDays: 30, maxBackups: 10, maxSizeMegabytes: 20 },
  podSecurity: {
    ...{ enforce: "baseline", audit: "restricted", warn: "restricted" },
    exemptNamespaces: ["games"],
  },
};

/** The first rule that takes a request for a resource, as the API server would choose. */
function ruleFor(verb: string, group: string, resource: string, who: { groups?: string[] }) {
  return auditRules.find(
    (rule) =>
      (rule.verbs?.includes(verb) ?? true) &&
      rule.nonResourceURLs === undefined &&
      rule.users === undefined &&
      (rule.userGroups?.some((name) => who.groups?.includes(name)) ?? true) &&
      (rule.resources?.some((row) => row.group === group && row.resources.includes(resource)) ??
        true),
  );
}

describe("the API's audit policy", () => {
  it("is the reviewed file", () => {
    matchesGolden("k3s/audit-policy.yaml", renderAuditPolicy());
  });

  it("never keeps the content of what holds secrets, and always who asked for it", () => {
    for (const verb of ["get", "list", "watch", "create", "update", "patch", "delete"]) {
      for (const resource of ["secrets", "configmaps", "serviceaccounts/token"]) {
        for (const groups of [[], ["system:nodes"], ["system:serviceaccounts:kube-system"]]) {
          assert.equal(ruleFor(verb, "", resource, { groups })?.level, "Metadata");
        }
      }
    }
  });

  it("asks for what holds secrets before any other rule, whoever reads or writes it", () => {
    const [first] = auditRules;
    assert.deepEqual(Object.keys(first ?? {}).sort(), ["level", "resources"]);
    assert.equal(first?.level, "Metadata");
    const named = first.resources?.flatMap(({ resources }) => resources) ?? [];
    assert.ok(["secrets", "configmaps"].every((name) => named.includes(name)));
  });

  it("keeps what changes who may do what, and drops what the nodes ask all day", () => {
    const rbac = "rbac.authorization.k8s.io";
    assert.equal(ruleFor("create", rbac, "clusterrolebindings", {})?.level, "RequestResponse");
    assert.equal(ruleFor("watch", "", "pods", { groups: ["system:nodes"] })?.level, "None");
    assert.equal(ruleFor("update", "coordination.k8s.io", "leases", {})?.level, "None");
    assert.equal(ruleFor("delete", "", "pods", {})?.level, "Metadata");
  });
});

describe("the admission configuration", () => {
  for (const [minor, name] of [
    [22, "1.22"],
    [24, "1.24"],
    [36, "1.36"],
  ] as const) {
    it(`is the reviewed file of ${name}, which takes no other`, () => {
      matchesGolden(`k3s/${name}-admission.yaml`, renderAdmission(minor, settings.podSecurity));
    });
  }

  it("exempts by name k3s's own namespace, charts that work on the host, and the user's", () => {
    const { plugins } = parse(renderAdmission(36, settings.podSecurity)) as {
      plugins: { configuration: { exemptions?: { namespaces: string[] } } }[];
    };
    assert.deepEqual(plugins[0]?.configuration.exemptions?.namespaces, [
      "kube-system",
      ...Object.values(charts)
        .filter(({ podSecurity }) => podSecurity === "privileged")
        .map(({ namespace }) => namespace),
      "games",
    ]);
    for (const { reason } of podSecurityExemptions) assert.notEqual(reason, "");
  });
});

describe("arguments that harden Kubernetes", () => {
  it("name no file that is not written", () => {
    const arguments_ = hardenedArguments("kube-apiserver", settings);
    const files = arguments_
      .map((argument) => /=\/etc\/rancher\/k3s\/(.*)$/.exec(argument)?.[1])
      .filter((file) => file !== undefined);
    assert.deepEqual(files.sort(), Object.keys(hardeningFiles(settings)).sort());
  });

  it("leave the audit log out where it is not wanted, and everything on agents", () => {
    const without = { ...settings, audit: { ...settings.audit, enabled: false } };
    assert.ok(!hardenedArguments("kube-apiserver", without).join().includes("audit"));
    assert.deepEqual(Object.keys(hardeningFiles(without)), ["admission.yaml"]);
    assert.deepEqual(hardeningFiles({ ...settings, role: "agent" }), {});
  });

  it("give way to the user's word on the same argument", () => {
    const users = ["pod-max-pids=64", "max-pods=50"];
    const found = hardenedArguments("kubelet", settings, users);
    assert.deepEqual(found.slice(-2), users);
    assert.equal(found.filter((argument) => argument.startsWith("pod-max-pids=")).length, 1);
  });
});
