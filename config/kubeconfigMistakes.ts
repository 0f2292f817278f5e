import { z } from "zod";
import { closedSecret } from "./closedSecret";
import { parseQuietly } from "./parseQuietly";

const named = z.array(z.looseObject({ name: z.string() })).min(1);

/** What the Kubernetes provider needs of it; the rest is the cluster's own affair. */
const kubeconfigSchema = z.looseObject({
  clusters: named,
  contexts: named,
  "current-context": z.string().optional(),
});

/** Files that a kubeconfig names relative to itself, which a text has no place for. */
const relativeFile =
  /["']?(?:certificate-authority|client-certificate|client-key|tokenFile)["']?: +["']?[^"'\s/~][^"'\s]*/;

/**
 * What is wrong with a kubeconfig, in words that hold nothing of it but names of contexts. Without
 * this a provider takes it for a cluster that cannot be reached.
 *
 * @param context the context that is to be used. Default: its current one.
 */
export function kubeconfigMistakes(text: string, context?: string): readonly string[] {
  if (text === closedSecret) return [];
  let content: unknown;
  try {
    content = parseQuietly(text, "it");
  } catch (error) {
    return [`is no kubeconfig: ${error instanceof Error ? error.message : "it cannot be read"}`];
  }
  const { data, error } = kubeconfigSchema.safeParse(content);
  if (data === undefined) {
    const parts = [...new Set(error.issues.map(({ path }) => String(path[0] ?? "")))].sort();
    const lacks = parts.filter((part) => part !== "").join(", ");
    return [`is no kubeconfig: it has no ${lacks === "" ? "clusters, contexts" : lacks}`];
  }
  const contexts = data.contexts.map(({ name }) => name);
  const wanted = context ?? data["current-context"] ?? "";
  const known = contexts.join(", ");
  if (wanted === "") return [`has no current context: name one of ${known} as cluster.context`];
  if (!contexts.includes(wanted)) return [`has no context ${wanted}, but ${known}`];
  return relativeFile.test(text)
    ? ["names files relative to itself: print it with kubectl config view --raw --flatten"]
    : [];
}
