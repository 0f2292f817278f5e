import Ajv, { type ErrorObject, type ValidateFunction } from "ajv";
import type { KubernetesObject } from "./render";
import { withoutNulls } from "./kubernetesTypes";

type Schema = Readonly<Record<string, unknown>>;

interface DefinitionSpec {
  readonly group: string;
  readonly names: { readonly kind: string };
  readonly versions: readonly {
    readonly name: string;
    readonly schema?: { readonly openAPIV3Schema?: Schema };
  }[];
}

/** Said by keywords of Kubernetes' own, or by none that JSON Schema has. */
const unsaid = /^(x-kubernetes-|description$|default$|format$|example|externalDocs$|nullable$)/;

/** Whether a pattern is one of Go's that JavaScript does not read, such as `(?i)`. */
function isForeign(pattern: unknown): boolean {
  try {
    return new RegExp(String(pattern), "u").source === "";
  } catch {
    return true;
  }
}

const objectMeta: Schema = { type: "object" };

/**
 * A definition's schema as JSON Schema that refuses fields it does not name, as the API does with
 * strict field validation.
 *
 * @see https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#field-pruning
 */
function strict(schema: Schema, open = false): Schema {
  const own = Object.entries(schema).filter(
    ([key, value]) => !unsaid.test(key) && !(key === "pattern" && isForeign(value)),
  );
  const result: Record<string, unknown> = Object.fromEntries(own);
  const { properties, additionalProperties, items } = schema;
  for (const key of ["allOf", "anyOf", "oneOf"]) {
    const parts = schema[key];
    // Those parts only add conditions: the fields are named beside them.
    if (Array.isArray(parts)) result[key] = parts.map((part) => strict(part as Schema, true));
  }
  if (schema["not"] !== undefined) result["not"] = strict(schema["not"] as Schema, true);
  if (isSchema(items)) result["items"] = strict(items, open);
  if (isSchema(additionalProperties)) {
    result["additionalProperties"] = strict(additionalProperties, open);
  }
  if (isSchema(properties)) {
    const embedded = schema["x-kubernetes-embedded-resource"] === true;
    const more = embedded ? { apiVersion: {}, kind: {}, metadata: objectMeta } : {};
    result["properties"] = Object.fromEntries(
      Object.entries({ ...more, ...properties }).map(([key, part]) => [
        key,
        strict(part as Schema, open),
      ]),
    );
    const keepsAll = schema["x-kubernetes-preserve-unknown-fields"] === true;
    if (additionalProperties === undefined && !keepsAll && !open) {
      result["additionalProperties"] = false;
    }
  }
  if (schema["x-kubernetes-int-or-string"] === true) result["type"] = ["integer", "string"];
  return result;
}

function isSchema(value: unknown): value is Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What a definition's schema has against an object: one line for each mistake. */
export type Validator = (object: KubernetesObject) => readonly string[];

function lineOf({ instancePath, keyword, params, message = "" }: ErrorObject): string {
  const path = instancePath.replace(/^\//, "").replaceAll("/", ".");
  return keyword === "additionalProperties"
    ? `${path}: unknown field ${String(params["additionalProperty"])}`
    : `${path}: ${message}`;
}

/**
 * Validators of custom resources, by `<apiVersion> <kind>`.
 *
 * @param definitions CustomResourceDefinitions
 */
export function customValidators(
  definitions: readonly KubernetesObject[],
): ReadonlyMap<string, Validator> {
  const ajv = new Ajv({ allErrors: true, strict: false, validateFormats: false, logger: false });
  const validators = new Map<string, Validator>();
  for (const { spec } of definitions) {
    const { group, names, versions } = spec as DefinitionSpec;
    for (const { name, schema } of versions) {
      const root = schema?.openAPIV3Schema;
      if (root === undefined) continue;
      let compiled: ValidateFunction | undefined;
      validators.set(`${group}/${name} ${names.kind}`, (object) => {
        compiled ??= ajv.compile(withRoot(strict(root)));
        return compiled(withoutNulls(object)) ? [] : (compiled.errors ?? []).map(lineOf);
      });
    }
  }
  return validators;
}

/** Every object has these, whether its schema names them or not. */
function withRoot(schema: Schema): Schema {
  const properties = isSchema(schema["properties"]) ? schema["properties"] : {};
  const own = { apiVersion: { type: "string" }, kind: { type: "string" }, metadata: objectMeta };
  return { ...schema, properties: { ...properties, ...own } };
}
