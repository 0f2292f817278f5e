import assert from "node:assert/strict";
import { customValidators } from "../../../operations/charts/customSchemas";
import { typeProblems } from "../../../operations/charts/kubernetesTypes";
import { type KubernetesObject, parseObjects } from "../../../operations/charts/render";
import { inWorkFolder } from "../../../operations/charts/verify";

const definition = (schema: string): KubernetesObject => {
  const [object] = parseObjects(`
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: { name: widgets.example.org }
spec:
  group: example.org
  names: { kind: Widget, plural: widgets }
  scope: Namespaced
  versions:
    - { name: v1, served: true, storage: true, schema: { openAPIV3Schema: ${schema.replace(/\s+/g, " ")} } }
`).objects;
  assert.ok(object);
  return object;
};

const schema = `{ type: object, required: [spec], properties: { spec: { type: object,
  required: [size], properties: {
    size: { x-kubernetes-int-or-string: true, anyOf: [{ type: integer }, { type: string }] },
    mode: { type: string, enum: [fast, slow] },
    odd: { type: string, pattern: "^(?i)go$" },
    labels: { type: object, additionalProperties: { type: string } },
    free: { type: object, properties: { known: { type: string } }, x-kubernetes-preserve-unknown-fields: true },
    either: { type: object, properties: { a: { type: string }, b: { type: string } },
      oneOf: [{ properties: { a: {} }, required: [a] }, { properties: { b: {} }, required: [b] }] } } } } }`;

const widget = (spec: Readonly<Record<string, unknown>>): KubernetesObject => ({
  ...{ apiVersion: "example.org/v1", kind: "Widget", metadata: { name: "w" } },
  spec,
});

describe("custom resources against the definitions of their charts", () => {
  const check = customValidators([definition(schema)]).get("example.org/v1 Widget");

  it("pass when they are as the definition says, and null is not set", () => {
    const free = { known: "a", unknown: { deep: 1 } };
    const spec = { size: "10", labels: { any: "thing" }, free, either: { a: "x" }, mode: null };
    assert.deepEqual(check?.(widget(spec)), []);
    assert.deepEqual(check(widget({ size: 10, odd: "GO" })), []);
  });

  for (const [what, spec, line] of [
    ["a field that is not there", { size: 1, sizes: 2 }, "spec: unknown field sizes"],
    [
      "a field deeper down",
      { size: 1, either: { a: "x", c: "y" } },
      "spec.either: unknown field c",
    ],
    ["a missing field", {}, "spec: must have required property 'size'"],
    ["a value of another type", { size: 1, labels: { a: 1 } }, "spec.labels.a: must be string"],
    ["a value that is not offered", { size: 1, mode: "odd" }, "spec.mode: must be equal to one of"],
  ] as const) {
    it(`fail for ${what}`, () => {
      const lines = check?.(widget(spec)) ?? [];
      assert.ok(
        lines.some((one) => one.startsWith(line)),
        lines.join("\n"),
      );
    });
  }
});

describe("objects of Kubernetes' own kinds", () => {
  const deployment = (container: object, spec: object = {}) => ({
    ...{ apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "web", labels: null } },
    spec: {
      selector: { matchLabels: { app: "web" } },
      template: {
        metadata: { labels: { app: "web" } },
        spec: { containers: [{ name: "web", image: "web:1", ...container }] },
      },
      ...spec,
    },
  });

  it("fail for fields that are unknown, missing or of another type, with their path", async () => {
    const objects = [
      deployment({ resources: { requests: { cpu: "10m" } } }),
      deployment({ imagePullPolici: "Always" }),
      deployment({}, { replicas: "2" }),
      { ...deployment({}), spec: { template: {} } },
      { apiVersion: "apps/v1", kind: "Deploiment", metadata: { name: "web" } },
      definition(schema),
    ];
    const found = await inWorkFolder((folder) =>
      Promise.resolve(
        typeProblems(
          objects.map((object) => ({ source: "chart", object: object })),
          folder,
        ),
      ),
    );
    assert.equal(found.length, 4, found.join("\n"));
    assert.match(found[0] ?? "", /web: spec\.template\.spec\.containers\[0\].*imagePullPolici/);
    assert.match(found[1] ?? "", /web: spec\.replicas: Type 'string'/);
    assert.match(found[2] ?? "", /web: spec: .*selector/);
    assert.match(found[3] ?? "", /no kind Deploiment in apps\/v1/);
  }).timeout(120_000);
});
