import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { kubeconfigMistakes } from "../../config/kubeconfigMistakes";
import { kubeconfigFileProblems } from "../../config/localFiles";
import { configSchema } from "../../config/schema";
import { withFolder } from "../support/folders";
import { existingCluster, kubeconfig } from "../support/program";

const canary = "c4n4ry";
const good = kubeconfig(canary);

describe("a kubeconfig that is given", () => {
  const cases: readonly (readonly [string, string, string | undefined, string | undefined])[] = [
    ["one of k3s", good, undefined, undefined],
    ["the context that is named", good, "default", undefined],
    ["another context than it has", good, "talos", "has no context talos, but default"],
    [
      "no current context",
      good.replace(/,"current-context":"default"/, ""),
      undefined,
      "has no current context: name one of default as cluster.context",
    ],
    ["a key", canary, undefined, "is no kubeconfig: it has no clusters, contexts"],
    [
      "an object",
      `{"token":"${canary}"}`,
      undefined,
      "is no kubeconfig: it has no clusters, contexts",
    ],
    ["a part", `${canary}: [`, undefined, "is no kubeconfig: it is not valid YAML: look at line 1"],
    [
      "one that needs files beside it",
      `clusters: [{name: a, cluster: {server: "https://a"}}]
contexts: [{name: a, context: {cluster: a, user: a}}]
users:
  - name: a
    user:
      client-certificate: a.crt
current-context: a`,
      undefined,
      "names files relative to itself: print it with kubectl config view --raw --flatten",
    ],
  ];

  for (const [what, text, context, mistake] of cases) {
    it(`is ${mistake === undefined ? "taken" : "refused"}: ${what}`, () => {
      const found = kubeconfigMistakes(text, context);
      assert.deepEqual(found, mistake === undefined ? [] : [mistake]);
    });
  }

  it("is looked at in a file as well, unless a deployer's is used", () =>
    withFolder((folder) => {
      const file = join(folder, "config");
      const problems = (more: object = {}) =>
        kubeconfigFileProblems(
          configSchema.parse({
            ...existingCluster,
            cluster: { ...existingCluster.cluster, kubeconfigPath: file, ...more },
          }),
        ).map(({ path, message }) => `${path}: ${message}`);
      assert.deepEqual(problems(), [
        `cluster.kubeconfigPath: ${file} is not a file on this machine`,
      ]);
      assert.deepEqual(problems({ access: "deployer" }), []);
      writeFileSync(file, good);
      assert.deepEqual(problems(), []);
      assert.deepEqual(problems({ context: "talos" }), [
        `cluster.kubeconfigPath: ${file} has no context talos, but default`,
      ]);
      return Promise.resolve();
    }));
});
