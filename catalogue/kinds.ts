/** Kinds that belong to no namespace, of all that Bramble or its charts make. */
const clusterScoped: ReadonlySet<string> = new Set([
  "APIService",
  "ClusterIssuer",
  "ClusterRole",
  "ClusterRoleBinding",
  "CSIDriver",
  "CustomResourceDefinition",
  "GatewayClass",
  "IngressClass",
  "MutatingWebhookConfiguration",
  "Namespace",
  "PersistentVolume",
  "PriorityClass",
  "RuntimeClass",
  "StorageClass",
  "ValidatingAdmissionPolicy",
  "ValidatingAdmissionPolicyBinding",
  "ValidatingWebhookConfiguration",
  "VolumeSnapshotClass",
]);

/** Whether objects of a kind belong to no namespace. */
export function isClusterScoped(kind: string): boolean {
  return clusterScoped.has(kind);
}

function plural(word: string): string {
  if (word === "endpoints") return word;
  if (/(s|x|ch|sh)$/.test(word)) return `${word}es`;
  return /[^aeiou]y$/.test(word) ? `${word.slice(0, -1)}ies` : `${word}s`;
}

/** The API group of an `apiVersion`; empty for Kubernetes' own first one. */
export function groupOf(apiVersion: string): string {
  return apiVersion.includes("/") ? (apiVersion.split("/")[0] ?? "") : "";
}

/**
 * A kind's resource as kubectl names it: `services`, `deployments.apps`. The plural is the one that
 * Kubernetes itself guesses; a test holds it to the definitions of the charts.
 */
export function resourceOf(apiVersion: string, kind: string): string {
  const group = groupOf(apiVersion);
  return [plural(kind.toLowerCase()), ...(group === "" ? [] : [group])].join(".");
}
