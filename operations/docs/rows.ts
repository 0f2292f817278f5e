import { z } from "zod";
import { expectedForm } from "../../config/fields";

/** One key of the configuration, as its documentation tells it. */
export interface ConfigRow {
  /** As people write it: `hosts[].address`, `media.apps.<name>.address`. */
  readonly path: string;
  readonly type: string;
  /** What holds when it is not set, as YAML; `undefined` when nothing does. */
  readonly default: string | undefined;
  /** Whether it has to be set. */
  readonly required: boolean;
  readonly description: string;
}

/** A schema without its wrappers, and what they said. */
interface Unwrapped {
  readonly schema: z.core.$ZodType;
  readonly default?: unknown;
  readonly optional: boolean;
}

function unwrap(schema: z.core.$ZodType): Unwrapped {
  if (schema instanceof z.ZodDefault) {
    return { ...unwrap(schema.unwrap()), optional: true, default: schema.def.defaultValue };
  }
  if (schema instanceof z.ZodPrefault || schema instanceof z.ZodOptional) {
    return { ...unwrap(schema.unwrap()), optional: true };
  }
  return { schema, optional: false };
}

/** The form a checked text has to have, less its article and examples: `IPv4 address`. */
function checkedForm(schema: z.core.$ZodType): string | undefined {
  return expectedForm(schema)
    ?.replace(/^an? /, "")
    .replace(/ \(.*\)$/, "");
}

function isWhole(schema: z.ZodNumber): boolean {
  return schema.format === "safeint" || schema.format === "int32";
}

/** Names the type of a value in words. */
export function typeName(schema: z.core.$ZodType): string {
  const { schema: inner } = unwrap(schema);
  if (inner instanceof z.ZodEnum) {
    return inner.options.map((option) => `\`${String(option)}\``).join(" or ");
  }
  if (inner instanceof z.ZodArray) return `list of ${plural(inner.element)}`;
  if (inner instanceof z.ZodObject) return "map";
  if (inner instanceof z.ZodRecord) return `map of text to ${typeName(inner.valueType)}`;
  if (inner instanceof z.ZodBoolean) return "true or false";
  if (inner instanceof z.ZodNumber) return isWhole(inner) ? "whole number" : "number";
  return checkedForm(inner) ?? "text";
}

function plural(element: z.core.$ZodType): string {
  const name = typeName(element);
  if (name === "text") return name;
  if (name.startsWith("name ")) return name.replace("name", "names");
  return name.endsWith("s") ? `${name}es` : `${name}s`;
}

/** The fields of an object by name; one field `<name>` stands for many of the same form. */
function fieldsOf(object: z.ZodObject): [string, z.core.$ZodType][] {
  const fields = Object.entries<z.core.$ZodType>(object.shape);
  const forms = new Set(fields.map(([, schema]) => unwrap(schema).schema));
  const [first] = fields;
  if (fields.length < 3 || forms.size > 1 || first === undefined) return fields;
  return unwrap(first[1]).schema instanceof z.ZodObject ? [["<name>", first[1]]] : fields;
}

/** The names that a field `<name>` stands for. */
function namesOf(schema: z.core.$ZodType): string[] {
  const { schema: inner } = unwrap(schema);
  if (!(inner instanceof z.ZodObject)) return [];
  const [first] = fieldsOf(inner);
  return first?.[0] === "<name>" ? Object.keys(inner.shape) : [];
}

function descriptionOf(schema: z.core.$ZodType): string {
  const names = namesOf(schema);
  const own = z.globalRegistry.get(schema)?.description ?? "";
  return names.length === 0
    ? own
    : `${own} Names: ${names.map((name) => `\`${name}\``).join(", ")}.`;
}

function rowOf(path: string, schema: z.core.$ZodType): ConfigRow {
  const unwrapped = unwrap(schema);
  return {
    path,
    type: typeName(schema),
    default: unwrapped.default === undefined ? undefined : JSON.stringify(unwrapped.default),
    required: !unwrapped.optional,
    description: descriptionOf(schema),
  };
}

function rowsBelow(path: string, schema: z.core.$ZodType): ConfigRow[] {
  const { schema: inner } = unwrap(schema);
  if (inner instanceof z.ZodArray) return rowsBelow(`${path}[]`, inner.element);
  if (inner instanceof z.ZodRecord) return rowsBelow(`${path}.<key>`, inner.valueType);
  if (!(inner instanceof z.ZodObject)) return [];
  return fieldsOf(inner).flatMap(([name, field]) => [
    // What holds for every name is told with the map that holds them.
    ...(name === "<name>" ? [] : [rowOf(`${path}.${name}`, field)]),
    ...rowsBelow(`${path}.${name}`, field),
  ]);
}

/** One top-level key and everything below it. */
export interface ConfigSection {
  readonly key: ConfigRow;
  readonly rows: readonly ConfigRow[];
}

/** Every key of a schema, in its order. */
export function configSections(schema: z.ZodObject): ConfigSection[] {
  return Object.entries(schema.shape as Record<string, z.core.$ZodType>).map(([name, field]) => ({
    key: rowOf(name, field),
    rows: rowsBelow(name, field),
  }));
}
