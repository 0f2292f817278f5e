import assert from "node:assert/strict";
import { deliveredKinds } from "../../../catalogue/deliveredKinds";
import {
  checksumPatch,
  renderApplication,
  renderApplicationSet,
  renderProject,
} from "../../../components/gitops/renderApplication";
import type { DeliverySettings } from "../../../components/gitops/settings";
import { matchesGoldenYaml } from "../../support/golden";

const settings: DeliverySettings = {
  argoCdNamespace: "argocd",
  repository: "https://git.example.org/me/home.git",
  revision: "main",
  path: "gitops/production",
  namespace: "media",
  namespaceLabels: { "pod-security.kubernetes.io/enforce": "privileged" },
  environments: [
    {
      ...{ name: "staging", server: "https://10.69.2.10:6443", namespace: "media" },
      ...{ revision: "main", path: "gitops/staging" },
    },
  ],
};

const patches = [
  {
    target: { kind: "Deployment", name: "radarr" },
    patch: checksumPatch("radarr", "0123456789abcdef"),
  },
] as const;

describe("components/gitops/renderApplication", () => {
  it("renders what was reviewed", () => {
    matchesGoldenYaml("gitops/argocd/project.yaml", renderProject(settings));
    matchesGoldenYaml("gitops/argocd/application.yaml", renderApplication(settings, patches));
    matchesGoldenYaml("gitops/argocd/application-set.yaml", renderApplicationSet(settings));
  });

  it("syncs as was asked for", () => {
    const { metadata, spec } = renderApplication(settings, patches);
    assert.equal(metadata.name, "media-stack");
    assert.deepEqual(spec.syncPolicy.automated, { prune: true, selfHeal: true, allowEmpty: false });
    assert.deepEqual(spec.syncPolicy.syncOptions, [
      "CreateNamespace=true",
      "PrunePropagationPolicy=foreground",
      "PruneLast=true",
    ]);
    assert.deepEqual(spec.syncPolicy.retry, {
      limit: 5,
      backoff: { duration: "5s", factor: 2, maxDuration: "3m" },
    });
  });

  it("leaves everything where it is when the Application goes", () => {
    assert.ok(!("finalizers" in renderApplication(settings, []).metadata));
    assert.equal(renderApplicationSet(settings).spec.syncPolicy.preserveResourcesOnDeletion, true);
  });

  it("lets the project do what it needs, and no more", () => {
    const { spec } = renderProject({ ...settings, environments: [] });
    assert.deepEqual(spec.sourceRepos, [settings.repository]);
    assert.deepEqual(spec.destinations, [
      { server: "https://kubernetes.default.svc", namespace: "media" },
    ]);
    assert.deepEqual(spec.clusterResourceWhitelist, [
      { group: "", kind: "Namespace", name: "media" },
    ]);
    assert.deepEqual(spec.namespaceResourceWhitelist, deliveredKinds);
    assert.ok(!JSON.stringify(spec).includes("*"));
  });
});
