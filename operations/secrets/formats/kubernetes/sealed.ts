import { constants, createDecipheriv, type KeyObject, privateDecrypt } from "node:crypto";
import { FileTrouble, fileText, fromBase64 } from "../source";
import { readJson } from "../text/yaml";
import { child, childText, type Leaf, leafOfBytes, type Node, placeOf } from "../tree";
import { type ManifestValues, objectPath, secretValues } from "./manifests";

const annotation = "sealedsecrets.bitnami.com/";

/** What a value is bound to: the same value under another name cannot be opened. */
function labelOf(manifest: Node): string {
  const metadata = child(manifest, "metadata");
  const annotations = child(metadata, "annotations");
  const is = (scope: string): boolean => childText(annotations, annotation + scope) === "true";
  const namespace = childText(metadata, "namespace") ?? "";
  if (is("cluster-wide")) return "";
  return is("namespace-wide") ? namespace : `${namespace}/${childText(metadata, "name") ?? ""}`;
}

/** Two bytes of length, the session key for the controller, and what is encrypted with that. */
function openWith(key: KeyObject, sealed: Buffer, label: Buffer): Buffer | undefined {
  if (sealed.length < 2) return undefined;
  const end = 2 + sealed.readUInt16BE(0);
  if (sealed.length < end + 16) return undefined;
  try {
    const padding = constants.RSA_PKCS1_OAEP_PADDING;
    const options = { key, padding, oaepHash: "sha256", oaepLabel: label };
    const session = privateDecrypt(options, sealed.subarray(2, end));
    // Each session key is used once, so that the controller's nonce is zero.
    const decipher = createDecipheriv("aes-256-gcm", session, Buffer.alloc(12));
    decipher.setAuthTag(sealed.subarray(-16));
    return Buffer.concat([decipher.update(sealed.subarray(end, -16)), decipher.final()]);
  } catch {
    return undefined;
  }
}

function opener(file: string, manifest: Node, keys: readonly KeyObject[]) {
  const place = `Sealed Secret ${placeOf(objectPath(manifest))}`;
  const label = Buffer.from(labelOf(manifest));
  return (text: string, key: string): Buffer => {
    const sealed = fromBase64(text);
    if (sealed === undefined) {
      throw new FileTrouble(file, `${place}: ${placeOf([key])} is no base64`);
    }
    for (const privateKey of keys) {
      const opened = openWith(privateKey, sealed, label);
      if (opened !== undefined) return opened;
    }
    const counted =
      keys.length === 1 ? "the key does not open" : `none of ${keys.length} keys opens`;
    const bound = "or it was changed, or sealed for another name, namespace or scope";
    throw new FileTrouble(file, `${place}: ${counted} ${placeOf([key])}, ${bound}`);
  };
}

/** A field of the form that was written before 2019: a whole Secret, sealed as one. */
function oldForm(file: string, manifest: Node, bytes: Buffer): ManifestValues {
  const [secret] = readJson(file, fileText(file, bytes));
  if (secret === undefined) throw new FileTrouble(file, "seals no Secret");
  const path = objectPath(manifest);
  return secretValues(file, secret).map(([where, leaf]) => [
    [...path, where.at(-1) ?? ""],
    { ...leaf, encrypted: true },
  ]);
}

/**
 * The values of a Sealed Secret, opened with the controller's private keys.
 *
 * @throws FileTrouble when no key opens a value.
 * @see https://github.com/bitnami-labs/sealed-secrets/blob/main/docs/developer/crypto.md
 */
export function sealedValues(
  file: string,
  manifest: Node,
  keys: readonly KeyObject[],
): ManifestValues {
  const path = objectPath(manifest);
  const spec = child(manifest, "spec");
  const open = opener(file, manifest, keys);
  const whole = childText(spec, "data");
  if (whole !== undefined) return oldForm(file, manifest, open(whole, "data"));
  const sealed = child(spec, "encryptedData");
  const clear = child(child(spec, "template"), "data");
  const fields = (node: Node | undefined): [string, Leaf][] =>
    node?.kind === "map"
      ? node.entries.flatMap(([key, leaf]) => (leaf.kind === "value" ? [[key, leaf]] : []))
      : [];
  return [
    ...fields(sealed).map(
      ([key, { text }]) => [[...path, key], leafOfBytes(open(text, key), true)] as const,
    ),
    ...fields(clear).map(([key, leaf]) => [[...path, key], leaf] as const),
  ];
}
