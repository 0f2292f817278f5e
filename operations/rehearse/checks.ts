import { setTimeout as sleep } from "node:timers/promises";
import { type Kubectl, listObjects, type StoredObject } from "../cluster/kubectl";
import { rehearsalNamespace } from "./derive";

/** Whether the rehearsal's namespace is there, and whose it is. */
export async function namespaceState(
  kubectl: Kubectl,
): Promise<{ readonly exists: boolean; readonly rehearsalOf: string | undefined }> {
  const get = ["get", "namespace", rehearsalNamespace, "--ignore-not-found", "--output", "json"];
  const text = (await kubectl(get)).trim();
  if (text === "") return { exists: false, rehearsalOf: undefined };
  const { metadata } = JSON.parse(text) as StoredObject;
  return { exists: true, rehearsalOf: metadata.annotations?.[rehearsalMark] };
}

/** Marks a namespace as a rehearsal's, so that nobody clears one that is not. */
export const rehearsalMark = "bramble.dev/rehearsal-of";

/** The pod templates of the namespace's Deployments, by name, as text to compare. */
export async function podTemplates(kubectl: Kubectl): Promise<ReadonlyMap<string, string>> {
  const found = await listObjects(kubectl, "deployments", rehearsalNamespace);
  return new Map(
    found.map(({ metadata, spec }) => [metadata.name, JSON.stringify(spec?.["template"])]),
  );
}

/** Which Deployments a run has changed. */
export function changedTemplates(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): string[] {
  return [...after].filter(([name, text]) => before.get(name) !== text).map(([name]) => name);
}

/** Which Deployments are given a key of the stack's Secret. */
export function usersOf(key: string, templates: ReadonlyMap<string, string>): string[] {
  return [...templates].filter(([, text]) => text.includes(`"key":"${key}"`)).map(([name]) => name);
}

/** Deployments without a pod that is available. */
export async function unavailable(kubectl: Kubectl): Promise<string[]> {
  const found = await listObjects(kubectl, "deployments", rehearsalNamespace);
  return found
    .filter(({ status }) => !(Number(status?.["availableReplicas"] ?? 0) > 0))
    .map(({ metadata }) => metadata.name);
}

const goneWithinSeconds = 180;

/** The cluster's volumes that claims of the rehearsal had. */
async function volumes(kubectl: Kubectl): Promise<string[]> {
  const text = await kubectl(["get", "persistentvolumes", "--output", "json"]);
  return (JSON.parse(text) as { items: StoredObject[] }).items
    .filter(({ spec }) => {
      const claim = spec?.["claimRef"] as { namespace?: string } | undefined;
      return claim?.namespace === rehearsalNamespace;
    })
    .map(({ metadata }) => metadata.name);
}

/**
 * Waits until nothing of the rehearsal is left in the cluster, and removes the volumes that their
 * class retains.
 *
 * @returns how many volumes were left by their class.
 * @throws Error in one line when the namespace does not go.
 */
export async function awaitRemoval(
  kubectl: Kubectl,
  patienceSeconds: number = goneWithinSeconds,
): Promise<number> {
  const until = Date.now() + patienceSeconds * 1000;
  while ((await namespaceState(kubectl)).exists) {
    if (Date.now() > until) {
      throw new Error(
        `namespace ${rehearsalNamespace} is still there: see kubectl get all --namespace ${rehearsalNamespace}`,
      );
    }
    await sleep(1000);
  }
  const left = await volumes(kubectl);
  if (left.length > 0) await kubectl(["delete", "persistentvolume", ...left]);
  return left.length;
}
