import { stringify } from "yaml";

/** What a row says of a node's labels and taints. */
export interface NodeMarks {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly { key: string; value: string; effect: string }[];
}

/**
 * Prefixes of Kubernetes' own labels that a kubelet may give itself. With another one of theirs it
 * would not start; an administrator may set those too.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/#noderestriction
 */
const allowedToKubelet = ["kubelet.kubernetes.io", "node.kubernetes.io", "topology.kubernetes.io"];

function kubeletMaySet(key: string): boolean {
  const [, prefix] = /^(.*)\//.exec(key) ?? [];
  if (prefix === undefined || !/(^|\.)(kubernetes|k8s)\.io$/.test(prefix)) return true;
  return allowedToKubelet.some((own) => prefix === own || prefix.endsWith(`.${own}`));
}

const labelTexts = ({ labels }: NodeMarks) => Object.entries(labels).map(([k, v]) => `${k}=${v}`);

const taintTexts = ({ taints }: NodeMarks) =>
  taints.map(({ key, value, effect }) => `${key}=${value}:${effect}`);

/**
 * Renders the part of k3s's configuration that counts when a node registers: a taint must hold
 * before the first pod lands. It is no part of what a running k3s depends on, so a change of it
 * restarts nothing; k3s-labels.sh makes the change.
 */
export function renderRegistration(node: NodeMarks): string {
  const labels = labelTexts(node).filter((label) => kubeletMaySet(label.replace(/=.*/, "")));
  const taints = taintTexts(node);
  return stringify({
    ...(labels.length === 0 ? {} : { "node-label": labels }),
    ...(taints.length === 0 ? {} : { "node-taint": taints }),
  });
}

/** Renders what k3s-labels.sh reads: one node a line, `name|labels|taints`. */
export function renderNodeMarks(nodes: readonly NodeMarks[]): string {
  return nodes
    .map((node) => [node.name, labelTexts(node).join(" "), taintTexts(node).join(" ")].join("|"))
    .join("\n");
}
