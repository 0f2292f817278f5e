import { type Kubectl, listObjects, type StoredObject } from "../cluster/kubectl";
import type { GitObject } from "./objects";

const tracking = "argocd.argoproj.io/tracking-id";
const lastApplied = "kubectl.kubernetes.io/last-applied-configuration";

/** As kubectl names a kind: `Deployment.v1.apps`. */
function kindName({ apiVersion, kind }: Pick<GitObject, "apiVersion" | "kind">): string {
  const [group = "", version] = apiVersion.split("/");
  return version === undefined ? kind : `${kind}.${version}.${group}`;
}

/** Takes Argo CD's marks off an object, and with them whose its fields were. */
function letGoPatch({ metadata: { annotations = {} } }: StoredObject): object[] {
  const pointer = (key: string) => `/metadata/annotations/${key.replaceAll("/", "~1")}`;
  return [
    ...[tracking, lastApplied]
      .filter((key) => annotations[key] !== undefined)
      .map((key) => ({ op: "remove", path: pointer(key) })),
    { op: "replace", path: "/metadata/managedFields", value: [{}] },
  ];
}

/**
 * Makes the cluster forget that Argo CD applied these objects. A field has to be nobody's before
 * Pulumi takes an object over: as long as it is Argo CD's as well, it would stay when the
 * configuration no longer asks for it.
 *
 * @see https://kubernetes.io/docs/reference/using-api/server-side-apply/#clearing-managedfields
 */
export async function letGo(
  kubectl: Kubectl,
  namespace: string,
  objects: readonly GitObject[],
): Promise<void> {
  const kinds = [...new Set(objects.map(kindName))];
  const stored = await listObjects(kubectl, kinds.join(), namespace);
  const names = new Map(objects.map((object) => [object.kind, kindName(object)]));
  for (const object of stored) {
    if (object.metadata.annotations?.[tracking] === undefined) continue;
    const what = [names.get(object.kind) ?? object.kind, object.metadata.name];
    await kubectl([
      ...["patch", ...what, "--namespace", namespace, "--type", "json"],
      ...["--patch", JSON.stringify(letGoPatch(object))],
    ]);
  }
}
