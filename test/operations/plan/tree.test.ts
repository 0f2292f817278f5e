import assert from "node:assert/strict";
import type { PlannedResource } from "../../../operations/plan/plan";
import { renderTree } from "../../../operations/plan/tree";

function resource(changes: Partial<PlannedResource> & { name: string }): PlannedResource {
  return {
    urn: changes.name,
    type: "test:index:Thing",
    parent: undefined,
    provider: undefined,
    dependsOn: [],
    deletedWith: undefined,
    inputs: {},
    secretInputs: [],
    ...changes,
  };
}

describe("renderTree", () => {
  it("puts resources under their components, with what they are given", () => {
    const tree = renderTree({
      stack: "home",
      resources: [
        resource({ name: "app", type: "bramble:workload:App" }),
        resource({
          name: "plex",
          type: "kubernetes:core/v1:Service",
          parent: "app",
          inputs: { spec: { ports: [{ port: 32400 }] }, data: "[secret]" },
        }),
        resource({ name: "alone" }),
      ],
    });
    assert.equal(
      tree,
      `stack home: 3 resources
app (bramble:workload:App)
  plex (kubernetes:core/v1:Service)
      spec:
        ports:
          - port: 32400
      data: "[secret]"
alone (test:index:Thing)
`,
    );
  });

  it("shows what runs on a host, not how it is reached", () => {
    const inputs = {
      create: "k3s.sh converge",
      connection: "[secret]",
      logging: "none",
      addPreviousOutputInEnv: false,
    };
    const type = "command:remote:Command";
    const tree = renderTree({
      stack: "home",
      resources: [resource({ name: "run", type, inputs })],
    });
    assert.equal(
      tree,
      "stack home: 1 resources\nrun (command:remote:Command)\n    create: k3s.sh converge\n",
    );
  });

  it("tells a long text by its size", () => {
    const inputs = { stdin: "line\n".repeat(100), short: "a\nb\n" };
    const tree = renderTree({ stack: "home", resources: [resource({ name: "it", inputs })] });
    assert.match(tree, /stdin: "\[101 lines\]"/);
    assert.match(tree, /a\n {6}b/);
  });
});
