import { parseAllDocuments } from "yaml";
import { remembered } from "./remembered";

/** An object whose fields are looked at one by one. */
export type Fields = Readonly<Record<string, unknown>>;

/** One resource as a program asks the engine for it, or an object that a chart renders. */
export interface Resource {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  /** Inputs with their secrets in clear. Never part of a message. */
  readonly inputs: Fields;
  /** Paths of the secret inputs, such as `connection.privateKey`. */
  readonly secretInputs: readonly string[];
  /** Outputs that are secret though no input is. */
  readonly additionalSecretOutputs: readonly string[];
  readonly protect: boolean;
  /** The chart that renders it; without one it is the program's own. */
  readonly chart?: string;
}

/** An object of Kubernetes. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  /** Empty where the object belongs to no namespace. */
  readonly namespace: string;
  readonly labels: Fields;
  readonly annotations: Fields;
  readonly body: Fields;
}

/** A value as an object; an empty one where it is none. */
export function fieldsOf(value: unknown): Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Fields)
    : {};
}

/** A value as a list of objects; an empty one where it is none. */
export function listOf(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.map(fieldsOf) : [];
}

/** A value as a list of texts; an empty one where it is none. */
export function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}

/** A value as text; empty where it is none. */
export function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** Whether a field has a value: Kubernetes takes null for none. */
export function isSet(value: unknown): boolean {
  return value !== undefined && value !== null;
}

/** How the SDK writes a value that is not known before a run. */
const unknownText = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/**
 * Whether a value is known only once the resources it comes from exist.
 *
 * @see https://github.com/pulumi/pulumi/blob/master/sdk/nodejs/runtime/rpc.ts
 */
export function isUnknown(value: unknown): boolean {
  return value === unknownText;
}

/** The object of Kubernetes that a resource is; nothing for hosts, releases and components. */
export const objectOf = remembered(({ type, inputs }: Resource): KubernetesObject | undefined => {
  const { apiVersion, kind, metadata } = inputs;
  if (!type.startsWith("kubernetes:") || typeof kind !== "string") return undefined;
  const { name, namespace, labels, annotations } = fieldsOf(metadata);
  return {
    ...{ apiVersion: textOf(apiVersion), kind, name: textOf(name), namespace: textOf(namespace) },
    ...{ labels: fieldsOf(labels), annotations: fieldsOf(annotations), body: inputs },
  };
});

/**
 * What an exemption and a message call a resource: `media/Deployment/plex`, `ClusterRole/traefik`, or
 * `Command/pi-1-k3s` for what is no object of Kubernetes.
 */
export function placeOf(resource: Resource): string {
  const object = objectOf(resource);
  const kind = object?.kind ?? resource.type.split(":").at(-1) ?? "";
  const name = object === undefined || object.name === "" ? resource.name : object.name;
  return [...(object?.namespace ? [object.namespace] : []), kind, name].join("/");
}

/**
 * An object of Kubernetes that no resource is made for, as a resource.
 *
 * The second is the resource or chart that brings it.
 */
export function resourceOf(
  object: Fields,
  { urn, chart }: { readonly urn: string; readonly chart?: string },
): Resource {
  return {
    ...{ urn, ...(chart !== undefined && { chart }) },
    type: `kubernetes:${textOf(object["apiVersion"])}:${textOf(object["kind"])}`,
    name: textOf(fieldsOf(object["metadata"])["name"]),
    inputs: object,
    ...{ secretInputs: [], additionalSecretOutputs: [], protect: false },
  };
}

/** The objects of a list such as `List` and `RoleList`, each as a resource; nothing for what is none. */
function listed(resource: Resource): readonly Resource[] | undefined {
  const { kind, apiVersion, items } = resource.inputs;
  if (!resource.type.startsWith("kubernetes:") || !Array.isArray(items)) return undefined;
  const [, of] = /^(\w*)List$/.exec(textOf(kind)) ?? [];
  if (of === undefined) return undefined;
  return items.map(fieldsOf).map((item, index) => {
    const prefix = `items[${String(index)}].`;
    const secretInputs = resource.secretInputs
      .filter((path) => path.startsWith(prefix))
      .map((path) => path.slice(prefix.length));
    // Lists of one kind need not repeat it.
    const object = of === "" ? item : { apiVersion, kind: of, ...item };
    return { ...resourceOf(object, resource), secretInputs };
  });
}

/** Where a server's command puts manifests that k3s applies by itself. */
const manifestPath = /--path \S*\/manifests\/\S+\.yaml\b/;

/**
 * The resource, and beside it the objects in a manifest that it puts on a host: those reach the
 * cluster without the engine. In place of a list of objects these themselves.
 *
 * @throws Error in one line when the manifest is no YAML.
 */
export function withManifests(resource: Resource): readonly Resource[] {
  const { type, inputs, urn } = resource;
  const { create, stdin } = inputs;
  if (type !== "command:remote:Command" || typeof create !== "string") {
    return listed(resource) ?? [resource];
  }
  if (typeof stdin !== "string" || !manifestPath.test(create)) return [resource];
  const objects = parseAllDocuments(stdin).map((document) => {
    const [error] = document.errors;
    if (error !== undefined) {
      throw new Error(
        `${resource.name}: the manifest that it puts on a host is no YAML: ${error.code}`,
      );
    }
    return fieldsOf(document.toJS());
  });
  const resources = objects.map((object) => resourceOf(object, { urn }));
  return [resource, ...resources.flatMap((one) => listed(one) ?? [one])];
}
