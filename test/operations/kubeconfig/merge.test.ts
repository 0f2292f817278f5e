import assert from "node:assert/strict";
import { parse } from "yaml";
import { currentContext, mergeKubeconfig } from "../../../operations/kubeconfig/merge";

function kubeconfig(name: string, token: string): string {
  return `apiVersion: v1
kind: Config
clusters:
- name: ${name}
  cluster: {server: "https://${name}:6443"}
contexts:
- name: ${name}
  context: {cluster: ${name}, user: ${name}-admin}
users:
- name: ${name}-admin
  user: {token: ${token}}
current-context: ${name}
`;
}

interface Named {
  readonly name: string;
}

interface Kubeconfig {
  readonly clusters: readonly Named[];
  readonly contexts: readonly Named[];
  readonly users: readonly (Named & { readonly user: { readonly token: string } })[];
  readonly "current-context": string;
}

const read = (text: string) => parse(text) as Kubeconfig;

describe("mergeKubeconfig", () => {
  it("is the cluster's own where there is none", () => {
    for (const nothing of [undefined, "", "\n"]) {
      assert.deepEqual(
        read(mergeKubeconfig(nothing, kubeconfig("home", "a"))),
        read(kubeconfig("home", "a")),
      );
    }
  });

  it("adds the cluster and leaves every other context and the current one alone", () => {
    const merged = read(mergeKubeconfig(kubeconfig("work", "w"), kubeconfig("home", "a")));
    assert.deepEqual(
      merged.contexts.map(({ name }) => name),
      ["work", "home"],
    );
    assert.deepEqual(
      merged.users.map(({ name, user }) => [name, user.token]),
      [
        ["work-admin", "w"],
        ["home-admin", "a"],
      ],
    );
    assert.equal(merged["current-context"], "work");
  });

  it("replaces what it added before, in place", () => {
    const once = mergeKubeconfig(kubeconfig("work", "w"), kubeconfig("home", "a"));
    assert.equal(mergeKubeconfig(once, kubeconfig("home", "a")), once);
    const again = read(mergeKubeconfig(once, kubeconfig("home", "b")));
    assert.deepEqual(
      again.users.map(({ user }) => user.token),
      ["w", "b"],
    );
    assert.equal(again.clusters.length, 2);
  });

  it("keeps comments and keys it does not know", () => {
    const existing = `# mine\npreferences: {colors: true}\n${kubeconfig("work", "w")}`;
    const merged = mergeKubeconfig(existing, kubeconfig("home", "a"));
    assert.match(merged, /^# mine\npreferences: \{ colors: true \}\n/);
  });

  it("fills the empty lists that kubectl writes as null", () => {
    const empty =
      'apiVersion: v1\nclusters: null\ncontexts: null\ncurrent-context: ""\nkind: Config\nusers: null\n';
    const merged = mergeKubeconfig(empty, kubeconfig("home", "a"));
    assert.equal(read(merged).clusters.length, 1);
    assert.equal(currentContext(merged), "home");
  });

  it("refuses to write over something else", () => {
    assert.throws(() => mergeKubeconfig("- a\n- b\n", kubeconfig("home", "a")), /not a kubeconfig/);
    assert.throws(() => mergeKubeconfig("a: [", kubeconfig("home", "a")), /not YAML/);
    assert.throws(() => mergeKubeconfig(undefined, "no value"), /not a kubeconfig/);
  });
});
