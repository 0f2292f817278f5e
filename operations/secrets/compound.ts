import type { SecretName } from "../../config/secrets";

/** Secrets that hold several values, as JSON of maps in maps. */
export const compoundSecrets: readonly SecretName[] = ["alertReceivers", "registryCredentials"];

type Tree = Readonly<Record<string, unknown>>;

const isTree = (value: unknown): value is Tree =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function treeOf(text: string | undefined): Tree {
  try {
    const value: unknown = JSON.parse(text ?? "{}");
    return isTree(value) ? value : {};
  } catch {
    return {};
  }
}

/** The values in a JSON of maps in maps, with the keys that lead to each; undefined: it is none. */
export function partsOf(
  text: string,
): readonly { readonly part: readonly string[]; readonly value: string }[] | undefined {
  const leaves = (
    value: unknown,
    part: readonly string[],
  ): { part: readonly string[]; value: string }[] =>
    isTree(value)
      ? Object.entries(value).flatMap(([key, inner]) => leaves(inner, [...part, key]))
      : typeof value === "string"
        ? [{ part, value }]
        : [];
  const found = leaves(treeOf(text), []);
  return found.length === 0 ? undefined : found;
}

/**
 * A value within a secret of several; undefined where there is none.
 *
 * @param part keys that lead to it; none: the text itself.
 */
export function partOf(text: string | undefined, part: readonly string[]): string | undefined {
  if (text === undefined || part.length === 0) return text;
  const value = part.reduce<unknown>(
    (found, key) => (isTree(found) && Object.hasOwn(found, key) ? found[key] : undefined),
    treeOf(text),
  );
  return typeof value === "string" ? value : undefined;
}

function withValue(tree: Tree, [key = "", ...rest]: readonly string[], value: string): Tree {
  const inner = Object.hasOwn(tree, key) ? tree[key] : undefined;
  return {
    ...tree,
    [key]: rest.length === 0 ? value : withValue(isTree(inner) ? inner : {}, rest, value),
  };
}

/** The text of a secret once a value of it is set; what else it holds stays. */
export function withPart(text: string | undefined, part: readonly string[], value: string): string {
  return part.length === 0 ? value : JSON.stringify(withValue(treeOf(text), part, value));
}
