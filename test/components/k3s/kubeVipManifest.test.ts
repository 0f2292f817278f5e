import assert from "node:assert/strict";
import { parseAllDocuments } from "yaml";
import { renderKubeVip } from "../../../components/k3s/kubeVipManifest";
import { matchesGolden } from "../../support/golden";

interface KubernetesObject {
  readonly kind: string;
  readonly spec?: {
    readonly template: {
      readonly spec: {
        readonly containers: readonly {
          readonly env: readonly { readonly name: string; readonly value: string }[];
        }[];
      };
    };
  };
}

const objects = (text: string) =>
  parseAllDocuments(text).map((document) => document.toJS() as KubernetesObject);

describe("renderKubeVip", () => {
  it("writes the reviewed manifest", () => {
    matchesGolden("k3s/kube-vip.yaml", renderKubeVip({ address: "10.69.1.10" }));
    matchesGolden(
      "k3s/kube-vip-interface.yaml",
      renderKubeVip({ address: "10.69.1.10", networkInterface: "end0" }),
    );
  });

  it("gives the access rules before the pods that need them", () => {
    const kinds = objects(renderKubeVip({ address: "10.69.1.10" })).map(({ kind }) => kind);
    assert.deepEqual(kinds, ["ServiceAccount", "Role", "RoleBinding", "DaemonSet"]);
  });

  it("leaves addresses of Services to MetalLB", () => {
    const daemonSet = objects(renderKubeVip({ address: "10.69.1.10" })).at(-1);
    const env = daemonSet?.spec?.template.spec.containers[0]?.env ?? [];
    assert.equal(env.find(({ name }) => name === "svc_enable")?.value, "false");
    assert.equal(env.find(({ name }) => name === "address")?.value, "10.69.1.10");
    // Kubernetes takes nothing but text there.
    for (const { name, value } of env) assert.equal(typeof value, "string", name);
  });
});
