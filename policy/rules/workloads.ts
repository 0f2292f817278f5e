import { podsOf } from "../pods";
import {
  type Fields,
  fieldsOf,
  isSet,
  type KubernetesObject,
  listOf,
  objectOf,
  textOf,
  textsOf,
} from "../resource";
import { type Context, judged, type Judgement, type Rule } from "../rule";

const scaledKinds = ["Deployment", "StatefulSet", "ReplicaSet", "Prometheus", "Alertmanager"];

function meets(labels: Fields, { key, operator, values }: Fields): boolean {
  const value = labels[textOf(key)];
  const isListed = textsOf(values).some((one) => one === value);
  switch (operator) {
    case "In":
      return isListed;
    case "NotIn":
      return !isListed;
    case "Exists":
      return isSet(value);
    default:
      return !isSet(value);
  }
}

/** Whether a budget selects pods: an empty selector takes all of them, and none takes none. */
function selects(selector: unknown, labels: Fields): boolean {
  const { matchLabels, matchExpressions } = fieldsOf(selector);
  return (
    isSet(selector) &&
    Object.entries(fieldsOf(matchLabels)).every(([key, value]) => labels[key] === value) &&
    listOf(matchExpressions).every((expression) => meets(labels, expression))
  );
}

function objectsIn(namespace: string, wanted: string, { all }: Context): KubernetesObject[] {
  return all.flatMap((one) => {
    const object = objectOf(one);
    return object?.kind === wanted && object.namespace === namespace ? [object] : [];
  });
}

/** How many pods there are at least: an autoscaler has the last word. */
function copiesOf({ kind, name, namespace, body }: KubernetesObject, context: Context): number {
  const { replicas } = fieldsOf(body["spec"]);
  const fewest = objectsIn(namespace, "HorizontalPodAutoscaler", context)
    .map((scaler) => fieldsOf(scaler.body["spec"]))
    .filter(({ scaleTargetRef }) => {
      const target = fieldsOf(scaleTargetRef);
      return target["kind"] === kind && target["name"] === name;
    })
    .map(({ minReplicas }) => minReplicas);
  return Math.max(1, ...[replicas, ...fewest].filter((count) => typeof count === "number"));
}

/** `1` or `50%` of some pods, rounded up as Kubernetes does. */
function share(value: unknown, copies: number): number {
  const text = String(value);
  const part = Number.parseInt(text, 10);
  return text.endsWith("%") ? Math.ceil((part * copies) / 100) : part;
}

/** What is wrong with a budget for so many pods. */
function budgetProblem(budget: KubernetesObject, copies: number): string | undefined {
  const { minAvailable, maxUnavailable } = fieldsOf(budget.body["spec"]);
  if (!isSet(minAvailable) && !isSet(maxUnavailable)) return undefined;
  const evicted = isSet(maxUnavailable)
    ? share(maxUnavailable, copies)
    : copies - share(minAvailable, copies);
  if (evicted <= 0)
    return `PodDisruptionBudget ${budget.name} lets none go: no host can be drained`;
  return copies > 1 && evicted >= copies
    ? `PodDisruptionBudget ${budget.name} lets all ${String(copies)} go at once`
    : undefined;
}

export const disruptionBudget: Rule = {
  title: "What runs more than once keeps a copy while hosts are drained",
  reason:
    "Without a budget a drain evicts all copies at once, and the second copy was for nothing.",
  mend: "Add a PodDisruptionBudget that selects its pods and lets one of them go.",
  scope: "stack",
  charts: true,
  judge: (resource, context) => {
    const object = objectOf(resource);
    if (object === undefined || !scaledKinds.includes(object.kind)) return [];
    const copies = copiesOf(object, context);
    const budgets = objectsIn(object.namespace, "PodDisruptionBudget", context);
    return podsOf(resource).flatMap(({ labels }) => {
      const own = budgets.filter(({ body }) => selects(fieldsOf(body["spec"])["selector"], labels));
      if (own.length > 1) {
        const names = own.map(({ name }) => name).join(", ");
        return [
          judged("spec", false, `of more than one PodDisruptionBudget none counts: ${names}`),
        ];
      }
      const wrong =
        own[0] === undefined
          ? `no PodDisruptionBudget selects its ${String(copies)} pods`
          : budgetProblem(own[0], copies);
      const isWell = wrong === undefined || (own.length === 0 && copies === 1);
      return [judged("spec.replicas", isWell, wrong ?? "")];
    });
  },
};

const prefixed = (names: readonly string[]) => names.map((name) => `app.kubernetes.io/${name}`);

const podLabels = prefixed(["name", "component", "part-of", "version"]);
/** Pods are spared `managed-by`: handing a workload over must not restart them. */
const objectLabels = [...podLabels, ...prefixed(["managed-by"])];

function missingLabels(path: string, labels: Fields, wanted: readonly string[]): Judgement {
  const missing = wanted.filter((name) => !isSet(labels[name]));
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
