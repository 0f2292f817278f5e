import assert from "node:assert/strict";
import { placeOf, withManifests } from "../../policy/resource";
import { isMarked } from "../../policy/rules/secrets";
import { command, container, object, resource } from "./examples/builders";

const pods = { kind: "Pod", metadata: { name: "a", namespace: "apps" } };

/** A command that puts a manifest where k3s applies it. */
const manifest = (stdin: string) =>
  command({ create: "file.sh converge --path /var/lib/k3s/server/manifests/a.yaml", stdin });

describe("what a rule is shown", () => {
  it("is each object of a list, with its own secrets", () => {
    const items = [{ apiVersion: "v1", ...pods, spec: { containers: [container] } }, pods];
    const list = resource(
      "kubernetes:core/v1:List",
      { apiVersion: "v1", kind: "List", items },
      { secretInputs: ["items[0].spec", "items[10].spec"], protect: true },
    );
    const found = withManifests(list);
    assert.deepEqual(found.map(placeOf), ["apps/Pod/a", "apps/Pod/a"]);
    assert.deepEqual(
      found.map((one) => isMarked(one, "spec.containers")),
      [true, false],
    );
  });

  it("is each object of a list of one kind, which need not repeat it", () => {
    const metadata = { name: "a" };
    const list = object("rbac.authorization.k8s.io/v1", "ClusterRoleList", {
      items: [{ metadata }],
    });
    assert.deepEqual(withManifests(list).map(placeOf), ["ClusterRole/a"]);
  });

  it("is the object itself where it only has items, or is called a list", () => {
    for (const one of [
      object("v1", "ConfigMap", { items: [] }),
      object("example.org/v1", "AllowList", { spec: {} }),
    ]) {
      assert.deepEqual(withManifests(one), [one]);
    }
  });

  it("is each object of a manifest on a host, those of lists too", () => {
    const text = `apiVersion: v1\nkind: List\nitems:\n- ${JSON.stringify(pods)}\n---\n${JSON.stringify(pods)}\n`;
    const found = withManifests(manifest(text)).slice(1);
    assert.deepEqual(found.map(placeOf), ["apps/Pod/a", "apps/Pod/a"]);
  });

  it("is no manifest that cannot be read: that is told, without its text", () => {
    assert.throws(() => withManifests(manifest("a: [canary\n")), {
      message: /^example: the manifest that it puts on a host is no YAML: [A-Z_]+$/,
    });
  });
});
