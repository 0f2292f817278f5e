import { FileTrouble, fromBase64 } from "../source";
import { child, childItems, childText, type Leaf, leafOfBytes, type Node, placeOf } from "../tree";

/** Values with their paths: namespace where one is named, name, key. */
export type ManifestValues = readonly (readonly [path: readonly string[], leaf: Leaf])[];

const isKind = (node: Node, group: string, kind: string): boolean =>
  childText(node, "kind") === kind && (childText(node, "apiVersion") ?? "").startsWith(group);

/** A manifest, or those in a List of them; in a list of one kind the items do not name it. */
export function manifestsIn(node: Node): readonly Node[] {
  const kind = childText(node, "kind") ?? "";
  if (!kind.endsWith("List")) return [node];
  const named: Node = { kind: "value", text: kind.slice(0, -"List".length) };
  const version = child(node, "apiVersion");
  return childItems(node, "items").flatMap((item) =>
    item.kind === "map" && version !== undefined && child(item, "kind") === undefined
      ? [{ ...item, entries: [...item.entries, ["kind", named], ["apiVersion", version]] }]
      : manifestsIn(item),
  );
}

/** Whether a manifest is a Secret. */
export const isSecretManifest = (node: Node): boolean => isKind(node, "v1", "Secret");

/** Whether a manifest is a Sealed Secret. */
export const isSealedManifest = (node: Node): boolean =>
  isKind(node, "bitnami.com/", "SealedSecret");

/** Where the values of a manifest's Secret are found later: namespace where it names one, and name. */
export function objectPath(manifest: Node): readonly string[] {
  const metadata = child(manifest, "metadata");
  const [namespace, name] = [childText(metadata, "namespace"), childText(metadata, "name")];
  return [...(namespace === undefined ? [] : [namespace]), name ?? ""];
}

function fieldsOf(file: string, node: Node | undefined, place: string): [string, Leaf][] {
  if (node === undefined || node.kind === "nothing") return [];
  if (node.kind !== "map") throw new FileTrouble(file, `${place} is no map of keys`);
  return node.entries.flatMap(([key, value]): [string, Leaf][] => {
    if (value.kind === "nothing") return [];
    if (value.kind === "value") return [[key, value]];
    throw new FileTrouble(file, `${place}.${placeOf([key])} is no text`);
  });
}

/**
 * The values of a Secret: `data` decoded, and `stringData`, which counts where both have a key.
 *
 * @throws FileTrouble when `data` holds what is no base64.
 * @see https://kubernetes.io/docs/concepts/configuration/secret/
 */
export function secretValues(file: string, manifest: Node): ManifestValues {
  const path = objectPath(manifest);
  const place = `Secret ${placeOf(path)}`;
  const values = new Map<string, Leaf>();
  for (const [key, leaf] of fieldsOf(file, child(manifest, "data"), place)) {
    const bytes = fromBase64(leaf.text);
    if (bytes === undefined || leaf.encoding !== undefined) {
      throw new FileTrouble(file, `${place}: ${placeOf([key])} under data is no base64`);
    }
    values.set(key, leafOfBytes(bytes, leaf.encrypted === true));
  }
  for (const [key, leaf] of fieldsOf(file, child(manifest, "stringData"), place)) {
    values.set(key, leaf);
  }
  return [...values].map(([key, leaf]) => [[...path, key], leaf]);
}
