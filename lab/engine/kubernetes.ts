import { setTimeout as sleep } from "node:timers/promises";
import type { Registration } from "../../operations/inprocess/run";
import { type ApiObject, type ClusterClient, type ObjectKey } from "./client";
import type { Note, Outcome } from "./outcome";

const readySeconds = 300;

interface DeploymentState {
  readonly metadata?: { readonly generation?: number };
  readonly spec?: { readonly replicas?: number };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly updatedReplicas?: number;
    readonly availableReplicas?: number;
    readonly conditions?: readonly { readonly type: string; readonly message?: string }[];
  };
}

/** Whether a Deployment's pods are all of its latest template and available. */
export function isAvailable(deployment: ApiObject): boolean {
  const { metadata, spec, status } = deployment as DeploymentState;
  const wanted = spec?.replicas ?? 1;
  return (
    (status?.observedGeneration ?? 0) >= (metadata?.generation ?? 0) &&
    (status?.updatedReplicas ?? 0) >= wanted &&
    (status?.availableReplicas ?? 0) >= wanted
  );
}

function asObject({ name, inputs }: Registration): ApiObject & ObjectKey {
  const { apiVersion, kind, metadata } = inputs as Partial<ObjectKey>;
  if (apiVersion === undefined || kind === undefined || metadata?.name === undefined) {
    throw new Error(`${name}: the lab's engine applies objects that have a name only`);
  }
  return { ...inputs, apiVersion, kind, metadata: { ...metadata } };
}

/** What the API would do with `stringData`, so that applying it again is no change. */
function withoutStringData(object: ApiObject & ObjectKey): ApiObject & ObjectKey {
  const { stringData, ...rest } = object as ApiObject &
    ObjectKey & { data?: object; stringData?: Record<string, string> };
  if (stringData === undefined) return rest;
  const encoded = Object.entries(stringData).map(([key, text]) => [
    key,
    Buffer.from(text).toString("base64"),
  ]);
  return {
    ...rest,
    data: { ...rest.data, ...(Object.fromEntries(encoded) as object) },
  } as typeof rest;
}

function skipsAwait(object: ApiObject): boolean {
  return object.metadata?.annotations?.["pulumi.com/skipAwait"] === "true";
}

async function awaitObject(
  client: ClusterClient,
  key: ObjectKey,
  done: (object: ApiObject) => boolean,
  note: Note,
): Promise<ApiObject> {
  const deadline = Date.now() + readySeconds * 1000;
  for (;;) {
    const current = await client.read(key);
    if (current !== undefined && done(current)) return current;
    if (Date.now() > deadline) {
      const conditions = (current as DeploymentState | undefined)?.status?.conditions ?? [];
      const said = conditions.map(({ type, message }) => `${type}: ${message ?? ""}`).join("; ");
      throw new Error(
        `${key.kind} ${key.metadata.name} is not ready after ${String(readySeconds)} s: ${said}`,
      );
    }
    note("waiting until it is ready");
    await sleep(400);
  }
}

function hasAddress(service: ApiObject): boolean {
  const { status } = service as { status?: { loadBalancer?: { ingress?: readonly unknown[] } } };
  return (status?.loadBalancer?.ingress?.length ?? 0) > 0;
}

function readiness(
  object: ApiObject,
  loadBalancer: boolean,
): ((current: ApiObject) => boolean) | undefined {
  if (skipsAwait(object)) return undefined;
  if (object.kind === "Deployment") return isAvailable;
  const { type } = (object.spec ?? {}) as { type?: string };
  return object.kind === "Service" && type === "LoadBalancer" && loadBalancer
    ? hasAddress
    : undefined;
}

const anything = { type: "object", "x-kubernetes-preserve-unknown-fields": true };

/** Stands in for the definition that a skipped release would have brought: it takes any field. */
function permissiveDefinition({ apiVersion, kind, metadata }: ObjectKey): ApiObject & ObjectKey {
  const [group = "", version = ""] = apiVersion.split("/");
  const singular = kind.toLowerCase();
  const plural = singular.endsWith("s")
    ? `${singular}es`
    : singular.replace(/([^aeiou])y$/, "$1ie") + "s";
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${plural}.${group}`, annotations: { description: "Lab stand-in" } },
    spec: {
      group,
      scope: metadata.namespace === undefined ? "Cluster" : "Namespaced",
      names: { kind, plural, singular },
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          schema: {
            openAPIV3Schema: {
              type: "object",
              properties: { spec: anything, status: anything },
            },
          },
        },
      ],
    },
  };
}

function isEstablished(definition: ApiObject): boolean {
  const { status } = definition as {
    status?: { conditions?: readonly { type: string; status: string }[] };
  };
  return (status?.conditions ?? []).some(
    ({ type, status: state }) => type === "Established" && state === "True",
  );
}

/** Whether a kind is none of Kubernetes' own. */
function isCustom({ apiVersion }: ObjectKey): boolean {
  const [group = ""] = apiVersion.split("/");
  return group.includes(".") && !group.endsWith(".k8s.io");
}

/** How objects reach the cluster. */
export interface ObjectSettings {
  /** Whether something gives LoadBalancer Services their addresses. */
  readonly loadBalancer: () => boolean;
  /** Whether a definition that a skipped release would have brought gets a permissive stand-in. */
  readonly permissive: () => boolean;
}

async function ensureDefinition(
  client: ClusterClient,
  object: ObjectKey,
  note: Note,
): Promise<void> {
  const definition = permissiveDefinition(object);
  await client.apply(definition);
  await awaitObject(client, definition, isEstablished, note);
  // Its discovery follows a moment later.
  while (!(await client.knows(object.apiVersion, object.kind))) await sleep(200);
}

/** Applies an object. A Job's template never changes, so a changed one is made anew. */
async function applied(client: ClusterClient, object: ApiObject & ObjectKey): Promise<ApiObject> {
  try {
    return await client.apply(object);
  } catch (error) {
    const isFixed = error instanceof Error && error.message.includes("field is immutable");
    if (object.kind !== "Job" || !isFixed) throw error;
    await client.remove(object);
    return client.apply(object);
  }
}

/** Applies one object and waits for it where Pulumi's provider would. */
export async function applyObject(
  client: ClusterClient,
  registration: Registration,
  settings: ObjectSettings,
  note: Note,
): Promise<Outcome> {
  const object = withoutStringData(asObject(registration));
  const { kind, metadata } = object;
  const id =
    metadata.namespace === undefined ? metadata.name : `${metadata.namespace}/${metadata.name}`;
  try {
    if (
      settings.permissive() &&
      isCustom(object) &&
      !(await client.knows(object.apiVersion, kind))
    ) {
      await ensureDefinition(client, object, note);
    }
    const before = await client.read(object);
    const stored = await applied(client, object);
    const ready = readiness(object, settings.loadBalancer());
    const current = ready === undefined ? stored : await awaitObject(client, object, ready, note);
    const same = before?.metadata?.resourceVersion === stored.metadata?.resourceVersion;
    return {
      id,
      outputs: { metadata: current.metadata, status: current.status },
      change: before === undefined ? "created" : same ? "unchanged" : "changed",
    };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new Error(`${kind} ${id}: ${message}`, { cause: error });
  }
}
