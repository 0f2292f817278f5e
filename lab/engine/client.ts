import {
  ApiException,
  KubeConfig,
  KubernetesObjectApi,
  type KubernetesObject,
  PatchStrategy,
} from "@kubernetes/client-node";
import { setTimeout as sleep } from "node:timers/promises";

/** Any object of the API. */
export type ApiObject = KubernetesObject & {
  readonly spec?: unknown;
  readonly status?: unknown;
};

/** Identifies an object. */
export interface ObjectKey {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

/** What the lab does with a cluster. */
export interface ClusterClient {
  /** The object, or undefined when there is none. */
  read(key: ObjectKey): Promise<ApiObject | undefined>;
  /** Applies an object on the server, as the only owner of its fields. */
  apply(object: ApiObject & ObjectKey): Promise<ApiObject>;
  list(apiVersion: string, kind: string, namespace?: string): Promise<ApiObject[]>;
  /** Whether the API has this kind. */
  knows(apiVersion: string, kind: string): Promise<boolean>;
}

const fieldManager = "bramble-lab";
const patienceSeconds = 60;

/** The HTTP status of an API error, 0 when the API did not answer at all. */
export function statusOf(error: unknown): number {
  return error instanceof ApiException ? error.code : 0;
}

/** What the API said, in one line. */
export function messageOf(error: unknown): string {
  if (error instanceof ApiException) {
    const body: unknown = error.body;
    const text = typeof body === "string" ? body : JSON.stringify(body);
    try {
      const { message } = JSON.parse(text) as { message?: string };
      return message ?? text;
    } catch {
      return text;
    }
  }
  const cause = error instanceof Error ? error.cause : undefined;
  return [error, cause]
    .filter((part) => part !== undefined)
    .map(String)
    .join(": ");
}

/** The API was not reached, or its answer is one that a moment later may mend. */
function isTransient(error: unknown): boolean {
  const status = statusOf(error);
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return status === 0
    ? /^E[A-Z_]+$/.test(code)
    : (status === 429 || status >= 500) && !messageOf(error).includes("failed calling webhook");
}

async function patiently<T>(work: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + patienceSeconds * 1000;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isTransient(error) || Date.now() > deadline) throw error;
      await sleep(500);
    }
  }
}

/** A client for the cluster of a kubeconfig; it goes on for a minute when the API does not answer. */
export function createClient(kubeconfig: string): ClusterClient {
  const config = new KubeConfig();
  config.loadFromString(kubeconfig);
  const api = KubernetesObjectApi.makeApiClient(config);
  return {
    async read({ apiVersion, kind, metadata }) {
      try {
        return await patiently(() =>
          api.read<ApiObject>({ apiVersion, kind, metadata: { ...metadata } }),
        );
      } catch (error) {
        if (statusOf(error) === 404) return undefined;
        throw error;
      }
    },
    apply: (object) =>
      patiently(() =>
        api.patch<ApiObject>(
          object,
          undefined,
          undefined,
          fieldManager,
          true,
          PatchStrategy.ServerSideApply,
        ),
      ),
    async list(apiVersion, kind, namespace) {
      return (await patiently(() => api.list<ApiObject>(apiVersion, kind, namespace))).items;
    },
    async knows(apiVersion, kind) {
      try {
        await patiently(() => api.list(apiVersion, kind));
        return true;
      } catch (error) {
        if (statusOf(error) === 404 || String(error).includes("Unrecognized API")) return false;
        throw error;
      }
    },
  };
}
