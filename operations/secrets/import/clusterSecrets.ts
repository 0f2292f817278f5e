import type { Kubectl } from "../../cluster/kubectl";
import type { readSecretContent } from "../formats/read";
import type { ReadSecrets } from "./importSecrets";
import type { MapRow } from "./mapFile";
import { mayHold } from "./secretNames";

/** `<namespace>`, or `<namespace>/<secret>` to read that Secret whatever its name. */
export interface ClusterPlace {
  readonly namespace: string;
  readonly secret?: string | undefined;
}

/** @throws Error when it is not of the form. */
export function placeOf(text: string): ClusterPlace {
  const [namespace = "", secret, ...rest] = text.split("/");
  const isName = (name: string): boolean => /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(name);
  if (!isName(namespace) || rest.length > 0 || (secret !== undefined && !isName(secret))) {
    throw new Error(`--namespace ${text}: has to be <namespace> or <namespace>/<secret>`);
  }
  return { namespace, secret };
}

/** Types that hold what a cluster makes for itself. */
const ownTypes = ["kubernetes.io/service-account-token", "bootstrap.kubernetes.io/token"];
const isOwn = (type: string): boolean =>
  ownTypes.includes(type) || type.startsWith("helm.sh/") || type === "kubernetes.io/tls";

/**
 * Names and types of a namespace's Secrets. kubectl's own table comes from the server with metadata
 * alone: no value leaves the API.
 */
async function listed(kubectl: Kubectl, namespace: string): Promise<[string, string][]> {
  const text = await kubectl(["get", "secrets", "--namespace", namespace, "--no-headers"]);
  return text
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .flatMap(([name = "", type = ""]) => (type === "" ? [] : [[name, type] as [string, string]]));
}

/** What reading is told. */
export interface ClusterReadOptions {
  readonly kubectl: Kubectl;
  readonly place: ClusterPlace;
  readonly map: readonly MapRow[];
  readonly readContent: typeof readSecretContent;
}

/** Reads Secrets of a running cluster: of a namespace those whose names say that they may be meant. */
export async function readCluster(options: ClusterReadOptions): Promise<ReadSecrets> {
  const { kubectl, place, map, readContent } = options;
  const { namespace, secret } = place;
  const unread: (readonly [string, string])[] = [];
  const wanted: string[] = [];
  if (secret !== undefined) wanted.push(secret);
  for (const [name, type] of secret === undefined ? await listed(kubectl, namespace) : []) {
    if (isOwn(type)) continue;
    if (mayHold(name, type, map)) wanted.push(name);
    else
      unread.push([`${namespace}/${name}`, `name it to read it: --namespace ${namespace}/${name}`]);
  }
  const entries = [];
  for (const name of wanted) {
    const args = ["get", "secret", name, "--namespace", namespace, "--output", "json"];
    const content = Buffer.from(await kubectl(args));
    const file = `cluster/${namespace}/${name}`;
    entries.push(...(await readContent({ file, content, format: "kubernetes-secret" })));
  }
  const source = `Secrets of namespace ${namespace}: ${wanted.join(", ") || "none"}`;
  return { entries, source, fromCluster: true, unread };
}
