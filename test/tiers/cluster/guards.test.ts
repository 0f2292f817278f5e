import { strict as assert } from "node:assert";
import type { ProgramResult } from "../support/run";
import { admission, modest } from "./admission";
import { eventually, list, tryKubectl } from "./server";
import { apply } from "./stack";

type Fields = Readonly<Record<string, unknown>>;

interface Made extends Fields {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

/** The pod `modest`, with what its container asks for. */
function asking(resources: Fields): Fields {
  const { spec, ...rest } = modest as { spec: { containers: Fields[] } };
  const containers = spec.containers.map((container) => ({ ...container, resources }));
  return { ...rest, spec: { ...spec, containers } };
}

/** Objects of the program of kinds that Kubernetes itself serves. */
function plainObjects({ registrations }: ProgramResult): Made[] {
  return registrations
    .filter(({ type }) => type.startsWith("kubernetes:") && !type.includes("helm.sh"))
    .map(({ inputs }) => inputs as Made)
    .filter(({ apiVersion }) => {
      const [group = ""] = apiVersion.split("/");
      return !group.includes(".") || group.endsWith(".k8s.io");
    });
}

describe("what guards namespaces, on a real API server", () => {
  let result: ProgramResult;
  before(async () => {
    result = await apply();
  });

  it("is taken without a field that the API does not know, like every other object", () => {
    const items = plainObjects(result);
    const kinds = new Set(items.map(({ kind }) => kind));
    for (const kind of ["NetworkPolicy", "LimitRange", "ResourceQuota", "Ingress", "Job"]) {
      assert.ok(kinds.has(kind), kind);
    }
    const { code, stderr } = tryKubectl(
      "apply --server-side --force-conflicts --dry-run=server --validate=strict --filename -",
      { apiVersion: "v1", kind: "List", items },
    );
    assert.equal(code, 0, stderr);
  });

  it("refuses a pod that asks for more than its namespace has", async () => {
    const huge = asking({ requests: { cpu: "1m", memory: "3Gi" }, limits: { memory: "3Gi" } });
    const answer = await eventually(
      () => admission("loki", huge),
      (text) => text.includes("quota"),
    );
    assert.match(answer, /exceeded quota: quota, requested: .*requests\.memory=3Gi/);
    assert.equal(admission("loki", modest), "admitted");
  });

  it("gives bounds to a pod that names none, as hooks of charts do", () => {
    const { code, stdout, stderr } = tryKubectl(
      "create --dry-run=server --namespace monitoring --output json --filename -",
      modest,
    );
    assert.equal(code, 0, stderr);
    const { spec } = JSON.parse(stdout) as { spec: { containers: { resources: Fields }[] } };
    assert.deepEqual(spec.containers[0]?.resources, {
      limits: { memory: "256Mi" },
      requests: { cpu: "10m", memory: "32Mi" },
    });
  });

  it("leaves each namespace room for all that Bramble itself runs there", () => {
    for (const { metadata, status } of list("resourcequotas")) {
      const { hard, used } = status as Record<"hard" | "used", Record<string, string>>;
      const where = `${metadata.namespace ?? ""}: ${JSON.stringify(used)} of ${JSON.stringify(hard)}`;
      assert.ok(Number(used["pods"]) * 2 <= Number(hard["pods"]), where);
    }
  });
});
