import { podsOf } from "../pods";
import { type Fields, fieldsOf, objectOf } from "../resource";
import { type Context, judged, type Judgement, type Rule } from "../rule";

const scaledKinds = ["Deployment", "StatefulSet", "Prometheus", "Alertmanager"];

function selects(selector: unknown, labels: Fields): boolean {
  const { matchLabels, matchExpressions } = fieldsOf(selector);
  const wanted = Object.entries(fieldsOf(matchLabels));
  if (wanted.length === 0 && matchExpressions === undefined) return true;
  return wanted.length > 0 && wanted.every(([key, value]) => labels[key] === value);
}

function hasBudget(namespace: string, labels: Fields, { all }: Context): boolean {
  return all.some((one) => {
    const object = objectOf(one);
    if (object?.kind !== "PodDisruptionBudget" || object.namespace !== namespace) return false;
    return selects(fieldsOf(object.body["spec"])["selector"], labels);
  });
}

export const disruptionBudget: Rule = {
  title: "What runs more than once keeps a copy while hosts are drained",
  reason:
    "Without a budget a drain evicts all copies at once, and the second copy was for nothing.",
  mend: "Add a PodDisruptionBudget that selects its pods.",
  scope: "stack",
  charts: true,
  judge: (resource, context) => {
    const object = objectOf(resource);
    if (object === undefined || !scaledKinds.includes(object.kind)) return [];
    const { replicas } = fieldsOf(object.body["spec"]);
    const isScaled = typeof replicas === "number" && replicas > 1;
    return podsOf(resource).map(({ labels }) =>
      judged(
        "spec.replicas",
        !isScaled || hasBudget(object.namespace, labels, context),
        `no PodDisruptionBudget selects its ${String(replicas)} pods`,
      ),
    );
  },
};

const prefixed = (names: readonly string[]) => names.map((name) => `app.kubernetes.io/${name}`);

const podLabels = prefixed(["name", "component", "part-of", "version"]);
/** Pods are spared `managed-by`: handing a workload over must not restart them. */
const objectLabels = [...podLabels, ...prefixed(["managed-by"])];

function missingLabels(path: string, labels: Fields, wanted: readonly string[]): Judgement {
  const missing = wanted.filter((name) => labels[name] === undefined);
  return judged(`${path}.labels`, missing.length === 0, `it lacks ${missing.join(", ")}`);
}

export const labels: Rule = {
  title: "Workloads, their pods and Services carry the recommended labels",
  reason: "Dashboards, alerts, policies and people find them by these.",
  mend: `Set ${objectLabels.join(", ")}.`,
  scope: "resource",
  charts: false,
  judge: (resource) => {
    const object = objectOf(resource);
    if (object === undefined) return [];
    const pods = podsOf(resource);
    if (pods.length === 0 && object.kind !== "Service") return [];
    return [
      missingLabels("metadata", object.labels, objectLabels),
      ...pods.map((pod) => missingLabels(pod.metadataPath, pod.labels, podLabels)),
    ];
  },
};
