import { z } from "zod";
import { expectedForm } from "./fields";
import { formatPath, type Problem, problemsOf, type SchemaFacts } from "./problems";
import { prune, type Pruned, restoreIndices } from "./prune";
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
    if (schema instanceof z.ZodRecord) return unwrapped(schema.valueType);
    if (schema instanceof z.ZodObject) {
      const field = (schema.shape as Record<PropertyKey, z.core.$ZodType | undefined>)[key];
      return field === undefined ? z.never() : unwrapped(field);
    }
    return z.never();
  }, configSchema);
}

function factsAt(path: readonly PropertyKey[]): SchemaFacts {
  const schema = schemaAt(path);
  return {
    keys: schema instanceof z.ZodObject ? Object.keys(schema.shape) : [],
    expected: expectedForm(schema),
  };
}

/**
 * What rules read besides the field they complain about. A rule is not asked where the form of
 * one of these is wrong: what it would say need not be true.
 */
const readByRules: readonly (readonly [problem: RegExp, reads: readonly string[]])[] = [
  [/^hosts$/, ["hosts", "cluster.source"]],
  [/^hosts\[\d+\]\.hostKey$/, ["ssh.requireHostKeys"]],
  [/^cluster\./, ["cluster.source"]],
  [/^ssh\.bastion/, ["ssh"]],
  [/^k3s\.(registries|embeddedRegistry)/, ["k3s"]],
  [/^k3s\.snapshots\.offHost$/, ["k3s.snapshots"]],
  [/^network\.pools$/, ["network.pools", "platform.metallb"]],
  [/^network\.ingressAddress$/, ["network.pools"]],
  [/^platform\.certManager/, ["platform.certManager", "network.domain"]],
  [/^media\.apps\./, ["network.pools", "media.enabled"]],
  [/^media\.storage\./, ["media", "storage", "cluster.source"]],
  [/^storage\.nfs$/, ["storage.nfs"]],
  [/^delivery\./, ["delivery", "platform.argocd", "cluster.source"]],
  [/^platform\.argocd\.enabled$/, ["delivery", "cluster.source"]],
  [/^storage\.nfs\.host$/, ["hosts"]],
];

function isJudged(problem: Problem, broken: readonly string[]): boolean {
  return !readByRules.some(
    ([pattern, reads]) =>
      pattern.test(problem.path) &&
      reads.some((read) => broken.some((path) => path.startsWith(read) || read.startsWith(path))),
  );
}

/** Takes broken parts out until the rest is sound; what lacks a required value goes as a whole. */
function soundPart(
  input: Readonly<Record<string, unknown>>,
  issues: readonly z.core.$ZodIssue[],
): { config: Config; kept: Pruned["kept"] } | undefined {
  let { input: rest, kept } = prune(input, issues);
  for (let round = 0; round < 4; round++) {
    const result = configSchema.safeParse(rest);
    if (result.success) return { config: result.data, kept };
    const pruned = prune(rest, result.error.issues);
    rest = pruned.input;
    kept = new Map([...kept, ...pruned.kept]);
  }
  return undefined;
}

/** Runs the rules on the sound parts of an input whose form is wrong elsewhere. */
function rulesOnTheRest(
  input: Readonly<Record<string, unknown>>,
  issues: readonly z.core.$ZodIssue[],
): readonly Problem[] {
  const sound = soundPart(input, issues);
  if (sound === undefined) return [];
  const broken = issues.map((issue) => formatPath(issue.path)).filter((path) => path !== "");
  return checkRules(sound.config)
    .problems.filter((problem) => isJudged(problem, broken))
    .map(({ path, message }) => ({
      path: restoreIndices(path, sound.kept),
      message: restoreIndices(message, sound.kept),
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
    const form = problemsOf(result.error, input, factsAt);
    return { problems: [...form, ...rulesOnTheRest(input, result.error.issues)], warnings: [] };
  }
  const draft = result.data;
  const { problems, warnings } = checkRules(draft);
  return { ...(problems.length > 0 ? {} : { config: draft }), draft, problems, warnings };
}

/** The top-level keys of the configuration. */
export const configKeys = Object.keys(configSchema.shape);
