import { z } from "zod";
import { formatPath, type KnownKeys, type Problem, problemsOf } from "./problems";
import { prune, restoreIndices } from "./prune";
import { checkRules } from "./rules";
import { type Config, configSchema } from "./schema";

/** A parsed configuration, or what is wrong with it. */
export interface Parsed {
  /** Set when there are no problems. */
  readonly config?: Config;
  /** Set when at least the form is right: what it asks for can be told, wrong or not. */
  readonly draft?: Config;
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

/** Follows a path through the schema, past defaults and optionals. */
function schemaAt(path: readonly PropertyKey[]): z.core.$ZodType {
  const unwrapped = (schema: z.core.$ZodType): z.core.$ZodType =>
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault ||
    schema instanceof z.ZodOptional
      ? unwrapped(schema.unwrap())
      : schema;
  return path.reduce<z.core.$ZodType>((schema, key) => {
    if (schema instanceof z.ZodArray) return unwrapped(schema.element);
    if (schema instanceof z.ZodObject) {
      const field = (schema.shape as Record<PropertyKey, z.core.$ZodType | undefined>)[key];
      return field === undefined ? z.never() : unwrapped(field);
    }
    return z.never();
  }, configSchema);
}

const knownKeys: KnownKeys = (path) => {
  const schema = schemaAt(path);
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
};

/** Runs the rules on the sound parts of an input whose form is wrong elsewhere. */
function rulesOnTheRest(
  input: Readonly<Record<string, unknown>>,
  issues: readonly z.core.$ZodIssue[],
): readonly Problem[] {
  const pruned = prune(input, issues);
  const result = configSchema.safeParse(pruned.input);
  if (!result.success) return [];
  const incomplete = new Set([
    ...pruned.kept.keys(),
    ...issues.map((issue) => formatPath(issue.path)),
  ]);
  if (incomplete.has("hosts")) incomplete.add("storage.nfs.host");
  return checkRules(result.data)
    .problems.filter(({ path }) => !incomplete.has(path))
    .map(({ path, message }) => ({
      path: restoreIndices(path, pruned.kept),
      message: restoreIndices(message, pruned.kept),
    }));
}

/**
 * Validates a raw configuration: types, forms and unknown keys, and the rules that take more than
 * one field. All mistakes come at once. Pure: it reads no file and touches nothing.
 *
 * @param input top-level keys without the `bramble:` prefix, as written in the stack file.
 */
export function parseConfig(input: Readonly<Record<string, unknown>>): Parsed {
  const result = configSchema.safeParse(input);
  if (!result.success) {
    const form = problemsOf(result.error, input, knownKeys);
    return { problems: [...form, ...rulesOnTheRest(input, result.error.issues)], warnings: [] };
  }
  const draft = result.data;
  const { problems, warnings } = checkRules(draft);
  return { ...(problems.length > 0 ? {} : { config: draft }), draft, problems, warnings };
}

/** The top-level keys of the configuration. */
export const configKeys = Object.keys(configSchema.shape);
