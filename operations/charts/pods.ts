import { hookOf, type KubernetesObject } from "./render";
import { quantityOf } from "./quantities";

/** A container, as far as it is looked at. */
export interface Container {
  readonly name: string;
  readonly image: string;
  /** Cores and bytes; not set where the container asks for nothing. */
  readonly cpu?: number;
  readonly memory?: number;
  readonly memoryLimit?: number;
  /** `init` ends before the others begin; `sidecar` begins first and stays. */
  readonly role: "main" | "init" | "sidecar";
}

/** Where pods may run, in Kubernetes' own words. */
export interface Placement {
  readonly nodeSelector?: Readonly<Record<string, string>>;
  readonly tolerations?: readonly Toleration[];
  readonly affinity?: unknown;
  readonly topologySpreadConstraints?: readonly unknown[];
  /** Ports taken on the node itself. */
  readonly hostPorts?: readonly number[];
}

/** A taint that pods bear. */
export interface Toleration {
  readonly key?: string;
  readonly operator?: string;
  readonly value?: string;
  readonly effect?: string;
}

/** Pods of one kind that something keeps running. */
export interface Pods {
  readonly kind: string;
  readonly name: string;
  readonly namespace: string;
  /** How many; `everywhere`: one on each node that it may run on. */
  readonly copies: number | "everywhere";
  /** Whether they end: hooks and other Jobs. */
  readonly passing: boolean;
  readonly containers: readonly Container[];
  /** Labels of the pods, by which others keep away from them. */
  readonly labels: Readonly<Record<string, string>>;
  readonly placement: Placement;
}

interface RawContainer {
  readonly name?: string;
  readonly image?: string;
  readonly restartPolicy?: string;
  readonly ports?:
    readonly { readonly hostPort?: number; readonly containerPort?: number }[] | null;
  readonly resources?: {
    readonly requests?: Readonly<Record<string, string | number>> | null;
    readonly limits?: Readonly<Record<string, string | number>> | null;
  } | null;
}

interface RawPodSpec {
  readonly containers?: readonly RawContainer[];
  readonly initContainers?: readonly RawContainer[] | null;
  readonly nodeSelector?: Readonly<Record<string, string>> | null;
  readonly tolerations?: readonly Toleration[] | null;
  readonly affinity?: object | null;
  readonly topologySpreadConstraints?: readonly unknown[] | null;
  readonly hostNetwork?: boolean | null;
  /** Put beside the specification: they are of the pod. */
  readonly labels?: Readonly<Record<string, string>>;
}

type Fields = Readonly<Record<string, unknown>>;

function containerOf(raw: RawContainer, init: boolean): Container {
  const { requests, limits } = raw.resources ?? {};
  // A limit without a request is a request as well.
  const amount = (name: string) => requests?.[name] ?? limits?.[name];
  const [cpu, memory, memoryLimit] = [amount("cpu"), amount("memory"), limits?.["memory"]];
  return {
    name: raw.name ?? "",
    image: raw.image ?? "",
    role: !init ? "main" : raw.restartPolicy === "Always" ? "sidecar" : "init",
    ...(cpu !== undefined && { cpu: quantityOf(cpu) }),
    ...(memory !== undefined && { memory: quantityOf(memory) }),
    ...(memoryLimit !== undefined && { memoryLimit: quantityOf(memoryLimit) }),
  };
}

function placementOf(spec: RawPodSpec): Placement {
  const { nodeSelector, tolerations, affinity, topologySpreadConstraints: spread } = spec;
  const ports = (spec.containers ?? []).flatMap(({ ports: list }) =>
    (list ?? []).flatMap(({ hostPort, containerPort }) => {
      const taken = hostPort ?? (spec.hostNetwork === true ? containerPort : undefined);
      return taken === undefined ? [] : [taken];
    }),
  );
  return {
    ...(nodeSelector && Object.keys(nodeSelector).length > 0 && { nodeSelector }),
    ...(tolerations && tolerations.length > 0 && { tolerations }),
    ...(affinity && Object.keys(affinity).length > 0 && { affinity }),
    ...(spread && spread.length > 0 && { topologySpreadConstraints: spread }),
    ...(ports.length > 0 && { hostPorts: ports }),
  };
}

function podsOf(
  object: KubernetesObject,
  spec: RawPodSpec,
  rest: Pick<Pods, "copies" | "passing">,
) {
  const containers = [
    ...(spec.initContainers ?? []).map((one) => containerOf(one, true)),
    ...(spec.containers ?? []).map((one) => containerOf(one, false)),
  ];
  const { kind, metadata } = object;
  const { name, namespace = "" } = metadata;
  const labels = spec.labels ?? {};
  return { kind, name, namespace, ...rest, containers, labels, placement: placementOf(spec) };
}

/** The specification of a pod template, with the template's labels. */
function template(spec: Fields): RawPodSpec {
  const { metadata, spec: pod } = (spec["template"] ?? {}) as {
    readonly metadata?: { readonly labels?: Readonly<Record<string, string>> | null } | null;
    readonly spec?: RawPodSpec;
  };
  return { ...pod, ...(metadata?.labels && { labels: metadata.labels }) };
}

const replicas = (spec: Fields): number => (spec["replicas"] as number | null | undefined) ?? 1;

/** What the Prometheus operator is told of the container it adds to every pod it makes. */
function reloaderOf(objects: readonly KubernetesObject[]): RawContainer | undefined {
  const containers = objects
    .filter(({ kind }) => kind === "Deployment")
    .flatMap(({ spec }) => template(spec as Fields).containers ?? []);
  const [args] = containers
    .map((one) => ("args" in one && Array.isArray(one.args) ? one.args.map(String) : []))
    .filter((list) => list.some((text) => text.startsWith("--prometheus-config-reloader=")));
  if (args === undefined) return undefined;
  const value = (name: string) =>
    args.find((text) => text.startsWith(`--${name}=`))?.slice(name.length + 3);
  const amounts = (what: string) => {
    const found = ["cpu", "memory"].map(
      (name) => [name, value(`config-reloader-${name}-${what}`)] as const,
    );
    return Object.fromEntries(
      found.flatMap(([name, text]) => (text === undefined || text === "0" ? [] : [[name, text]])),
    );
  };
  return {
    name: "config-reloader",
    image: value("prometheus-config-reloader") ?? "",
    resources: { requests: amounts("request"), limits: amounts("limit") },
  };
}

/** The pods that the Prometheus operator makes of its own resources. */
function operated(object: KubernetesObject, reloader: RawContainer | undefined): Pods {
  const spec = object.spec as Fields & RawPodSpec & Pick<RawContainer, "image" | "resources">;
  const main = {
    name: object.kind.toLowerCase(),
    ...(spec.image !== undefined && { image: spec.image }),
    ...(spec.resources !== undefined && { resources: spec.resources }),
  };
  const beside = reloader === undefined ? [] : [reloader];
  const init = beside.map((one) => ({ ...one, name: `init-${one.name ?? ""}` }));
  return podsOf(
    object,
    {
      ...spec,
      containers: [main, ...beside, ...(spec.containers ?? [])],
      initContainers: [...init, ...(spec.initContainers ?? [])],
    },
    { copies: replicas(spec), passing: false },
  );
}

/** The pods that objects bring. Tests of a chart run only when they are asked for. */
export function podsIn(objects: readonly KubernetesObject[]): Pods[] {
  const reloader = reloaderOf(objects);
  return objects.flatMap((object): Pods[] => {
    const hook = hookOf(object);
    if (hook?.startsWith("test") === true) return [];
    const spec = (object.spec ?? {}) as Fields;
    const passing = hook !== undefined;
    switch (object.kind) {
      case "Deployment":
      case "StatefulSet":
        return [podsOf(object, template(spec), { copies: replicas(spec), passing })];
      case "DaemonSet":
        return [podsOf(object, template(spec), { copies: "everywhere", passing })];
      case "Job":
        return [podsOf(object, template(spec), { copies: 1, passing: true })];
      case "CronJob":
        return [
          podsOf(object, template((spec["jobTemplate"] as { spec: Fields }).spec), {
            ...{ copies: 1, passing: true },
          }),
        ];
      case "Pod":
        return [podsOf(object, spec, { copies: 1, passing })];
      case "Prometheus":
      case "Alertmanager":
        return [operated(object, reloader)];
      default:
        return [];
    }
  });
}
