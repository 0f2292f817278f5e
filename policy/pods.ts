import { remembered } from "./remembered";
import { type Fields, fieldsOf, listOf, objectOf, type Resource, textOf } from "./resource";

/** A pod that a resource asks for. */
export interface Pod {
  /** Where its spec stands: `spec.template.spec`. */
  readonly path: string;
  readonly spec: Fields;
  /** Where its metadata stands. */
  readonly metadataPath: string;
  readonly labels: Fields;
  /** Whether it runs until it is removed, unlike a Job's. */
  readonly lasting: boolean;
}

/** A container of a pod. */
export interface Container {
  readonly path: string;
  readonly pod: Pod;
  readonly container: Fields;
  /** Whether it ends before the others start. */
  readonly passing: boolean;
}

const templates: Readonly<Record<string, { readonly path: string; readonly lasting: boolean }>> = {
  Pod: { path: "", lasting: true },
  Deployment: { path: "spec.template", lasting: true },
  StatefulSet: { path: "spec.template", lasting: true },
  DaemonSet: { path: "spec.template", lasting: true },
  ReplicaSet: { path: "spec.template", lasting: true },
  Job: { path: "spec.template", lasting: false },
  CronJob: { path: "spec.jobTemplate.spec.template", lasting: false },
};

function at(value: unknown, path: string): Fields {
  const keys = path === "" ? [] : path.split(".");
  return keys.reduce((part, key) => fieldsOf(part[key]), fieldsOf(value));
}

function podAt(body: Fields, path: string, lasting: boolean): Pod {
  const prefix = path === "" ? "" : `${path}.`;
  const template = at(body, path);
  return {
    ...{ path: `${prefix}spec`, metadataPath: `${prefix}metadata`, lasting },
    spec: fieldsOf(template["spec"]),
    labels: fieldsOf(fieldsOf(template["metadata"])["labels"]),
  };
}

/**
 * The container that the Prometheus operator makes of its own resources. Its security context and its
 * probes are the operator's and cannot be set.
 *
 * @see https://github.com/prometheus-operator/prometheus-operator/blob/main/pkg/prometheus/server/statefulset.go
 */
function operatedContainer(kind: string, { image, resources }: Fields): Fields {
  return {
    ...{ name: kind.toLowerCase(), image, resources, livenessProbe: {}, readinessProbe: {} },
    securityContext: {
      ...{ allowPrivilegeEscalation: false, readOnlyRootFilesystem: true },
      capabilities: { drop: ["ALL"] },
    },
  };
}

const operatedKinds = ["Prometheus", "Alertmanager"];

function operatedPod(kind: string, body: Fields): Pod {
  const spec = fieldsOf(body["spec"]);
  const { labels } = fieldsOf(spec["podMetadata"]);
  const containers = [operatedContainer(kind, spec), ...listOf(spec["containers"])];
  return {
    ...{ path: "spec", metadataPath: "spec.podMetadata", lasting: true },
    spec: { ...spec, containers },
    labels: fieldsOf(labels),
  };
}

/** Pod templates anywhere in an object of an unknown kind: `{ spec: { containers: […] } }`. */
function foundPods(value: unknown, path: string): Pod[] {
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => foundPods(item, `${path}[${String(index)}]`));
  }
  const fields = fieldsOf(value);
  const { spec, metadata } = fields;
  const prefix = path === "" ? "" : `${path}.`;
  const holds = listOf(fieldsOf(spec)["containers"]).some(({ image }) => image !== undefined);
  if (holds) {
    const labels = fieldsOf(fieldsOf(metadata)["labels"]);
    const where = { path: `${prefix}spec`, metadataPath: `${prefix}metadata`, lasting: true };
    return [{ ...where, spec: fieldsOf(spec), labels }];
  }
  return Object.entries(fields).flatMap(([key, item]) => foundPods(item, `${prefix}${key}`));
}

/** The pods that a resource asks for, those of custom resources included. */
export const podsOf = remembered((resource: Resource): readonly Pod[] => {
  const object = objectOf(resource);
  if (object === undefined || object.kind === "CustomResourceDefinition") return [];
  const { kind, body } = object;
  const template = templates[kind];
  if (template !== undefined) return [podAt(body, template.path, template.lasting)];
  if (operatedKinds.includes(kind)) return [operatedPod(kind, body)];
  return kind === "ConfigMap" || kind === "Secret" ? [] : foundPods(body, "");
});

/** The containers of a resource's pods. */
export function containersOf(resource: Resource): readonly Container[] {
  return podsOf(resource).flatMap((pod) => [
    ...listOf(pod.spec["containers"]).map((container, index) => ({
      ...{ path: `${pod.path}.containers[${String(index)}]`, pod, container },
      passing: false,
    })),
    ...listOf(pod.spec["initContainers"]).map((container, index) => ({
      ...{ path: `${pod.path}.initContainers[${String(index)}]`, pod, container },
      // With this policy it is a sidecar that stays.
      passing: container["restartPolicy"] !== "Always",
    })),
  ]);
}

/** What a message calls a container. */
export function containerName({ container }: Container): string {
  return `container ${textOf(container["name"])}`;
}
