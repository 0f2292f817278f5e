import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { host } from "../../config/hostSchema";
import { provisioningRun, runKinds } from "../../operations/records/run";
import { secretsEntry, trailActions } from "../../operations/secrets/trail";

interface Schema {
  readonly enum?: readonly string[];
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
}

const docs = join(__dirname, "..", "..", "docs");
const contract = parse(readFileSync(join(docs, "openapi.yaml"), "utf8")) as {
  components: { schemas: Record<string, Schema> };
};
const page = readFileSync(join(docs, "data-model.md"), "utf8");

function contractOf(name: string): Schema {
  const schema = contract.components.schemas[name];
  assert.ok(schema, `no schema ${name}`);
  return schema;
}

const keysOf = (schema: z.ZodObject) => Object.keys(schema.shape).sort();

describe("the data model", () => {
  it("has one list of what a run is for: in the code, the contract and the page", () => {
    assert.deepEqual(contractOf("RunKind").enum, [...runKinds]);
    const section = page.slice(page.indexOf("| kind "), page.indexOf("A phase has"));
    const named = [...section.matchAll(/^\| `(\w+)` +\|/gm)].map(([, kind]) => kind);
    assert.deepEqual(named, [...runKinds]);
  });

  it("has the same fields of a run in the code and in the contract", () => {
    const { shape } = provisioningRun;
    const run = contractOf("ProvisioningRun");
    assert.deepEqual(Object.keys(run.properties ?? {}).sort(), keysOf(provisioningRun));
    assert.deepEqual(contractOf("RunOutcome").enum, shape.outcome.options);
    const optional = keysOf(provisioningRun).filter(
      (key) => provisioningRun.shape[key as keyof typeof shape] instanceof z.ZodOptional,
    );
    assert.deepEqual(
      [...(run.required ?? [])].sort(),
      keysOf(provisioningRun).filter((key) => !optional.includes(key)),
    );
  });

  it("has the same fields of a phase in the code and in the contract", () => {
    const { element } = provisioningRun.shape.phases;
    const phase = contractOf("Phase");
    assert.deepEqual(Object.keys(phase.properties ?? {}).sort(), keysOf(element));
    assert.deepEqual(phase.properties?.["outcome"]?.enum, element.shape.outcome.options);
  });

  it("names every field of a run on the page", () => {
    const section = page.slice(page.indexOf("## Provisioning Run"), page.indexOf("| kind "));
    for (const field of keysOf(provisioningRun)) assert.ok(section.includes(`\`${field}\``), field);
  });

  it("names every field and action of the trail of secrets on the page", () => {
    const section = page.slice(page.indexOf("## Use of secrets"), page.indexOf("## Alert Ack"));
    const [fields = "", actions = ""] = section.split("| action ");
    const named = (table: string) =>
      [...table.matchAll(/^\| `(\w+)` +\|/gm)].map(([, name]) => name);
    assert.deepEqual(named(fields), Object.keys(secretsEntry.shape));
    assert.deepEqual(named(actions), [...trailActions]);
  });

  it("takes a node's role and state from the host's row", () => {
    const profile = contractOf("ClusterNodeProfile").properties ?? {};
    assert.deepEqual(profile["role"]?.enum, host.shape.role.options);
    assert.deepEqual(profile["state"]?.enum, host.shape.state.unwrap().options);
  });
});
