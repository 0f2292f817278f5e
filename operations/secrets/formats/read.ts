import { basename } from "node:path";
import { isVaulted } from "./ansible/envelope";
import { openVaultValues, vaultOpener } from "./ansible/open";
import { detectFormat } from "./detect";
import {
  isSealedManifest,
  isSecretManifest,
  manifestsIn,
  type ManifestValues,
  secretValues,
} from "./kubernetes/manifests";
import { sealedValues } from "./kubernetes/sealed";
import { sealingKeys } from "./kubernetes/sealingKeys";
import { openSops, type SopsFormat } from "./sops/open";
import { isSealed } from "./sops/values";
import { checkSize, FileTrouble, fileText, readRegularFile, utf8 } from "./source";
import { readDotenv } from "./text/dotenv";
import { readIni } from "./text/ini";
import { readJson, readYaml, withMerges } from "./text/yaml";
import { entriesOf, type Leaf, leafOfBytes, leavesOf, mapLeaves, type Node, placeOf } from "./tree";
import type { FormatKeys, ReadSecretFileOptions, SecretEntry, SecretFormat } from "./types";

/** What a reader is given. */
interface Source {
  readonly file: string;
  readonly text: string;
  readonly keys: FormatKeys;
  /** The file on disk; undefined for content in memory. */
  readonly stored: string | undefined;
}

/** A document's values with their paths. */
type Values = readonly (readonly [path: readonly string[], leaf: Leaf])[];

/** Secrets among what stands in a document, else all of its values. */
function valuesOf(file: string, tree: Node): Values {
  const secrets = manifestsIn(tree).filter(isSecretManifest);
  return secrets.length > 0
    ? secrets.flatMap((manifest) => secretValues(file, manifest))
    : leavesOf(tree);
}

const sops =
  (format: SopsFormat) =>
  async ({ file, text, keys, stored }: Source): Promise<Values[]> => {
    const trees = await openSops(format, file, text, keys, stored);
    return trees.map((tree) => valuesOf(file, tree));
  };

const plain =
  (read: (file: string, text: string) => readonly Node[]) =>
  ({ file, text }: Source): Values[] =>
    read(file, text).map((tree) => leavesOf(tree));

const encrypted = (leaf: Leaf): Leaf => ({ ...leaf, encrypted: true });

/** A file that Ansible Vault encrypted whole: what it holds is read in its turn. */
async function vaultFile({ file, text, keys }: Source): Promise<Values[]> {
  const open = await vaultOpener(file, keys);
  const content = open(text, "");
  const inner = utf8(content);
  const whole = (): Values[] => [[[[basename(file)], leafOfBytes(content, true)]]];
  if (inner === undefined) return whole();
  if (isVaulted(inner)) throw new FileTrouble(file, "Ansible Vault: is encrypted twice");
  let format: SecretFormat;
  try {
    format = detectFormat(file, inner);
  } catch {
    return whole();
  }
  // A file of one value only, such as a key, is the value.
  if (format !== "yaml" && format !== "ansible-vault-values") {
    const documents = await readers[format]({ file, text: inner, keys, stored: undefined });
    return documents.map((values) => values.map(([path, leaf]) => [path, encrypted(leaf)]));
  }
  const trees = readYaml(file, inner).map(withMerges);
  if (trees.every(({ kind }) => kind === "value")) return whole();
  return trees
    .map((tree) => mapLeaves(openVaultValues(tree, open), encrypted))
    .map((tree) => valuesOf(file, tree));
}

async function vaultValues({ file, text, keys }: Source): Promise<Values[]> {
  const open = await vaultOpener(file, keys);
  const trees = readYaml(file, text).map(withMerges);
  return trees.map((tree) => valuesOf(file, openVaultValues(tree, open)));
}

function manifests({ file, text }: Source): Values[] {
  const trees = readYaml(file, text);
  if (!trees.flatMap(manifestsIn).some(isSecretManifest)) {
    throw new FileTrouble(file, "holds no Secret (apiVersion v1, kind Secret)");
  }
  return trees.map((tree) =>
    manifestsIn(tree)
      .filter(isSecretManifest)
      .flatMap((manifest) => secretValues(file, manifest)),
  );
}

function sealed({ file, text, keys }: Source): Values[] {
  const privateKeys = sealingKeys(keys);
  if (privateKeys.length === 0) {
    const mend = "name the files of the controller's private keys by --sealing-key";
    throw new FileTrouble(file, `Sealed Secret: needs the controller's key: ${mend}`);
  }
  return readYaml(file, text).map((tree) =>
    manifestsIn(tree).flatMap((manifest): ManifestValues => {
      if (isSealedManifest(manifest)) return sealedValues(file, manifest, privateKeys);
      return isSecretManifest(manifest) ? secretValues(file, manifest) : [];
    }),
  );
}

const readers: Readonly<
  Record<SecretFormat, (source: Source) => readonly Values[] | Promise<readonly Values[]>>
> = {
  "sops-yaml": sops("sops-yaml"),
  "sops-json": sops("sops-json"),
  "sops-dotenv": sops("sops-dotenv"),
  "sops-ini": sops("sops-ini"),
  "ansible-vault": vaultFile,
  "ansible-vault-values": vaultValues,
  "kubernetes-secret": manifests,
  "sealed-secret": sealed,
  dotenv: plain(readDotenv),
  ini: plain(readIni),
  yaml: plain((file, text) => readYaml(file, text).map(withMerges)),
  json: plain(readJson),
};

/** What is still encrypted is nobody's value: a file of SOPS may have lost its metadata. */
function checkOpened(file: string, path: readonly string[], { text, encrypted }: Leaf): void {
  if (encrypted === true) return;
  const by = isSealed(text) ? "SOPS" : isVaulted(text) ? "Ansible Vault" : undefined;
  if (by === undefined) return;
  const why = "but the file is not one that it could open";
  throw new FileTrouble(file, `${placeOf(path)} was encrypted by ${by}, ${why}`);
}

async function read(
  { file, format, ...keys }: ReadSecretFileOptions,
  content: Uint8Array,
  stored: string | undefined,
): Promise<readonly SecretEntry[]> {
  checkSize(file, content.length);
  const text = fileText(file, content);
  const known = format ?? detectFormat(file, text);
  const documents = await readers[known]({ file, text, keys, stored });
  for (const [path, leaf] of documents.flat()) checkOpened(file, path, leaf);
  const entries = entriesOf(file, known, documents);
  if (entries.length === 0) throw new FileTrouble(file, "holds no value");
  return entries;
}

/**
 * Reads every value of a file of secrets. Nothing is written anywhere.
 *
 * @throws Error with one line that names the file and the cause, never a value.
 */
export async function readSecretFile(
  options: ReadSecretFileOptions,
): Promise<readonly SecretEntry[]> {
  return read(options, readRegularFile(options.file), options.file);
}

/** The same of content that is in memory already; `file` is its name in errors. */
export async function readSecretContent({
  content,
  ...options
}: ReadSecretFileOptions & { readonly content: Uint8Array }): Promise<readonly SecretEntry[]> {
  return read(options, content, undefined);
}
