import type { Resource } from "../../../policy/resource";
import { withAt } from "../../support/mutate";

export type Inputs = Readonly<Record<string, unknown>>;

export function resource(type: string, inputs: Inputs, more: Partial<Resource> = {}): Resource {
  const none = { secretInputs: [], additionalSecretOutputs: [], protect: false };
  return { urn: "urn:example", type, name: "example", inputs, ...none, ...more };
}

export function object(
  apiVersion: string,
  kind: string,
  rest: Inputs,
  more?: Partial<Resource>,
): Resource {
  const metadata = { name: "example", namespace: "apps", ...(rest["metadata"] as Inputs) };
  return resource(
    `kubernetes:${apiVersion}:${kind}`,
    { apiVersion, kind, ...rest, metadata },
    more,
  );
}

export const digest = `sha256:${"0".repeat(64)}`;

/** A container that every rule is content with. */
export const container: Inputs = {
  name: "app",
  image: "registry.lan/app:1.2.3",
  resources: { requests: { cpu: "1m", memory: "8Mi" }, limits: { memory: "8Mi" } },
  livenessProbe: {},
  readinessProbe: {},
  securityContext: {
    ...{ allowPrivilegeEscalation: false, readOnlyRootFilesystem: true },
    capabilities: { drop: ["ALL"] },
  },
};

export const podSpec: Inputs = {
  automountServiceAccountToken: false,
  securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
  containers: [container],
};

export const names = ["name", "component", "part-of", "version", "managed-by"];
export const labels = Object.fromEntries(names.map((name) => [`app.kubernetes.io/${name}`, "x"]));

export const template = { metadata: { labels }, spec: podSpec };
export const deployment = (path?: string, to?: unknown, more?: Partial<Resource>): Resource => {
  const sound = object("apps/v1", "Deployment", { metadata: { labels }, spec: { template } }, more);
  if (path === undefined) return sound;
  const whole = path.startsWith("spec.") || path.startsWith("metadata.");
  return {
    ...sound,
    inputs: withAt(sound.inputs, whole ? path : `spec.template.spec.${path}`, to),
  };
};
/** The same with another value in its one container. */
export const holding = (path: string, to?: unknown, more?: Partial<Resource>): Resource =>
  deployment(`containers[0].${path}`, to, more);

export const job = (path: string, to?: unknown): Resource => {
  const sound = object("batch/v1", "Job", { spec: { template } });
  return { ...sound, inputs: withAt(sound.inputs, `spec.template.spec.${path}`, to) };
};

export const command = (inputs: Inputs, more?: Partial<Resource>): Resource =>
  resource("command:remote:Command", inputs, more);
export const release = (inputs: Inputs, more?: Partial<Resource>): Resource =>
  resource("kubernetes:helm.sh/v3:Release", inputs, more);

export const role = (rule: Inputs) =>
  object("rbac.authorization.k8s.io/v1", "Role", { rules: [rule] });
export const binding = (name: string, group = "someone") =>
  object("rbac.authorization.k8s.io/v1", "ClusterRoleBinding", {
    roleRef: { name },
    subjects: [{ kind: "Group", name: group }],
  });
export const configMap = (data: Inputs, more?: Partial<Resource>) =>
  object("v1", "ConfigMap", { data }, more);
export const secret = (stringData: unknown, more?: Partial<Resource>) =>
  object("v1", "Secret", { stringData }, more);
export const namespace = object("v1", "Namespace", {
  metadata: { name: "apps", namespace: undefined },
});
export const networkPolicy = (spec: Inputs) =>
  object("networking.k8s.io/v1", "NetworkPolicy", { spec });
export const denyAll = { podSelector: {}, policyTypes: ["Ingress", "Egress"] };
export const service = (type: string, address?: string) =>
  object("v1", "Service", {
    metadata: { labels, annotations: { "metallb.io/loadBalancerIPs": address } },
    spec: { type },
  });
export const ingress = (host: string | undefined, hosts: readonly string[]) =>
  object("networking.k8s.io/v1", "Ingress", { spec: { rules: [{ host }], tls: [{ hosts }] } });
export const ingressRoute = (spec: Inputs) =>
  object("traefik.io/v1alpha1", "IngressRoute", { spec });
export const storageClass = (name: string, reclaimPolicy?: string) =>
  object("storage.k8s.io/v1", "StorageClass", { metadata: { name }, reclaimPolicy });
export const claim = (storageClassName?: string) =>
  object("v1", "PersistentVolumeClaim", { spec: { storageClassName } });
export const scaled = deployment("spec.replicas", 2);
export const budget = (app: string, more: Inputs = {}) =>
  object("policy/v1", "PodDisruptionBudget", {
    spec: { selector: { matchLabels: { "app.kubernetes.io/name": app } }, ...more },
  });
export const hosted = (hostKey?: string, proxy?: Inputs) =>
  command({ connection: { host: "pi-1", hostKey, ...(proxy && { proxy }) } });
export const key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5";
/** A claim to so many copies by an autoscaler. */
export const scaler = (minReplicas: number) =>
  object("autoscaling/v2", "HorizontalPodAutoscaler", {
    spec: { scaleTargetRef: { kind: "Deployment", name: "example" }, minReplicas },
  });
export const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

export const pem = "-----BEGIN OPENSSH PRIVATE KEY-----";

/** A resource among others. */
export interface Example {
  readonly resource: Resource;
  readonly others?: readonly Resource[];
}

export const among = (one: Resource, ...others: Resource[]): Example => ({ resource: one, others });

/** What a rule is content with, and what it complains about in which words. */
export interface Examples {
  readonly well: readonly (Resource | Example)[];
  readonly wrong: readonly (readonly [Resource | Example, string])[];
  /** What is none of its business. */
  readonly other: Resource;
}
