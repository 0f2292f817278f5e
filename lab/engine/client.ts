import { Agent, request } from "node:https";
import { setTimeout as sleep } from "node:timers/promises";
import { parse } from "yaml";
import { z } from "zod";

/** Any object of the API. */
export interface ApiObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata?: {
    readonly name?: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly resourceVersion?: string;
    readonly generation?: number;
    readonly deletionTimestamp?: string;
  };
  readonly spec?: unknown;
  readonly status?: unknown;
}

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
  /** Deletes an object and what it owns, and waits until it is gone. */
  remove(key: ObjectKey): Promise<void>;
  list(apiVersion: string, kind: string, namespace?: string): Promise<ApiObject[]>;
  /** Whether the API has this kind. */
  knows(apiVersion: string, kind: string): Promise<boolean>;
}

/** The API refused; the message is its own. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

const fieldManager = "bramble-lab";
const patienceSeconds = 60;
const requestSeconds = 30;

const kubeconfigSchema = z.object({
  clusters: z.array(
    z.object({ cluster: z.object({ server: z.url(), "certificate-authority-data": z.string() }) }),
  ),
  users: z.array(
    z.object({
      user: z.union([
        z.object({ "client-certificate-data": z.string(), "client-key-data": z.string() }),
        z.object({ token: z.string() }),
      ]),
    }),
  ),
});

type Send = (method: "GET" | "PATCH" | "DELETE", path: string, body?: object) => Promise<unknown>;

/** The API as plain JSON: generated clients drop fields that their models spell differently. */
function createSend(kubeconfig: string): Send {
  const { clusters, users } = kubeconfigSchema.parse(parse(kubeconfig));
  const cluster = clusters[0]?.cluster;
  const user = users[0]?.user;
  if (cluster === undefined || user === undefined) throw new Error("the kubeconfig is empty");
  const decoded = (text: string): Buffer => Buffer.from(text, "base64");
  const agent = new Agent({
    keepAlive: true,
    ca: decoded(cluster["certificate-authority-data"]),
    ...("token" in user
      ? {}
      : {
          cert: decoded(user["client-certificate-data"]),
          key: decoded(user["client-key-data"]),
        }),
  });
  return (method, path, body) =>
    new Promise((resolve, reject) => {
      const headers = {
        Accept: "application/json",
        ...("token" in user ? { Authorization: `Bearer ${user.token}` } : {}),
        ...(method === "PATCH" ? { "Content-Type": "application/apply-patch+yaml" } : {}),
      };
      const options = { method, agent, headers, timeout: requestSeconds * 1000 };
      const call = request(new URL(path, cluster.server), options, (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.once("error", reject);
        response.once("end", () => {
          const text = Buffer.concat(chunks).toString("utf8");
          const { statusCode = 0 } = response;
          if (statusCode >= 200 && statusCode < 300) resolve(JSON.parse(text));
          else reject(new ApiError(statusCode, messageIn(text)));
        });
      });
      call.once("timeout", () => call.destroy(new Error(`${path}: no answer`)));
      call.once("error", reject);
      call.end(body === undefined ? undefined : JSON.stringify(body));
    });
}

function messageIn(text: string): string {
  try {
    return (JSON.parse(text) as { message?: string }).message ?? text;
  } catch {
    return text;
  }
}

/** The API was not reached, or its answer is one that a moment later may mend. */
function isTransient(error: unknown): boolean {
  return error instanceof ApiError
    ? (error.status === 429 || error.status >= 500) &&
        !error.message.includes("failed calling webhook")
    : error instanceof Error;
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

interface ResourceType {
  readonly name: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

function isMissing(error: unknown): boolean {
  return error instanceof ApiError && error.status === 404;
}

/** A client for the cluster of k3s's kubeconfig; it goes on for a minute when the API is away. */
export function createClient(kubeconfig: string): ClusterClient {
  const once = createSend(kubeconfig);
  const send: Send = (...args) => patiently(() => once(...args));
  const types = new Map<string, ResourceType[]>();

  const groupPath = (apiVersion: string): string =>
    apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;

  const find = async (apiVersion: string, kind: string): Promise<ResourceType | undefined> => {
    const isKind = (type: ResourceType): boolean => type.kind === kind && !type.name.includes("/");
    const known = types.get(apiVersion)?.find(isKind);
    if (known !== undefined) return known;
    try {
      const answer = (await send("GET", groupPath(apiVersion))) as { resources: ResourceType[] };
      types.set(apiVersion, answer.resources);
      return answer.resources.find(isKind);
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  };

  const pathOf = async (
    apiVersion: string,
    kind: string,
    namespace: string | undefined,
  ): Promise<string> => {
    const type = await find(apiVersion, kind);
    if (type === undefined) throw new ApiError(404, `the API has no ${apiVersion} ${kind}`);
    const scope = namespace === undefined ? "" : `/namespaces/${namespace}`;
    return `${groupPath(apiVersion)}${type.namespaced ? scope : ""}/${type.name}`;
  };

  const objectPath = async ({ apiVersion, kind, metadata }: ObjectKey): Promise<string> =>
    `${await pathOf(apiVersion, kind, metadata.namespace ?? "default")}/${metadata.name}`;

  return {
    async read(key) {
      try {
        return (await send("GET", await objectPath(key))) as ApiObject;
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw error;
      }
    },
    async apply(object) {
      const query = `?fieldManager=${fieldManager}&force=true`;
      return (await send("PATCH", `${await objectPath(object)}${query}`, object)) as ApiObject;
    },
    async remove(key) {
      const path = await objectPath(key);
      await send("DELETE", `${path}?propagationPolicy=Background`);
      while ((await this.read(key)) !== undefined) await sleep(200);
    },
    async list(apiVersion, kind, namespace) {
      const { items } = (await send("GET", await pathOf(apiVersion, kind, namespace))) as {
        items: ApiObject[];
      };
      return items;
    },
    knows: async (apiVersion, kind) => (await find(apiVersion, kind)) !== undefined,
  };
}
