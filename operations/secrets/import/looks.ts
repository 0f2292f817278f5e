import { parse } from "yaml";
import { closedSecret } from "../../../config/closedSecret";
import type { SecretEntry } from "../formats/types";

const placeholder =
  /^(change[-_ ]?(me|it)|replace[-_ ]?me.*|to-?do|tbd|x{3,}|\*+|\.{3,}|<[^>]*>|your[-_ ].*|placeholder)$/i;

/** Whether a text stands where a value should be. */
export const isPlaceholder = (text: string): boolean =>
  placeholder.test(text) || text === closedSecret;

/** Whether a whole text only names another value: Jinja's way, or a shell's. */
export const isReference = (text: string): boolean =>
  /^(\{\{-?[\s\w.[\]|()-]+\}\}|\$\{\w+\})$/.test(text);

/** Whether a value is, or was, encrypted by a tool that could not open it. */
export const isEncrypted = (text: string): boolean =>
  /^(ENC\[AES256_GCM,|\$ANSIBLE_VAULT;|-----BEGIN (AGE|PGP) )/.test(text);

/** Whether a text is a kubeconfig: one value, not a file of them. */
export function isKubeconfig(text: string): boolean {
  if (!/^\s*"?kind"?:\s*"?Config"?/m.test(text) || !/^\s*"?clusters"?:/m.test(text)) return false;
  try {
    const { kind, clusters } = parse(text) as { kind?: unknown; clusters?: unknown };
    return kind === "Config" && Array.isArray(clusters);
  } catch {
    return false;
  }
}

/** Whether a text is a private key and nothing else. */
export const isPrivateKey = (text: string): boolean =>
  /^\s*-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text);

const keyName =
  /((^|_)pass|passwd|password|passphrase|secret|token|api_?key|private_?key|access_?key|secret_?key|encryption_?key|credentials?|webhook(_url)?)$/;

const snake = (key: string): string =>
  key
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replace(/[^A-Za-z0-9]+/g, "_")
    .toLowerCase();

/** Whether a value in clear text is a secret, by its key and its form. */
export function looksSecret({ path, value }: Pick<SecretEntry, "path" | "value">): boolean {
  const place = path.findLast((key) => !/^\d+$/.test(key)) ?? "";
  if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(value) || isKubeconfig(value)) return true;
  if (!keyName.test(snake(place))) return false;
  if (value.length < 6 || isReference(value) || isPlaceholder(value)) return false;
  // A date, as records of rotations have them by the secrets' names.
  if (/^\d{4}-\d{2}-\d{2}(T[\d:.]+Z)?$/.test(value)) return false;
  // A sentence, a path, a switch, or the name of an object that holds the secret.
  if (/\s|\{\{|^[~.]?\/[\w./-]*$|^(true|false|null)$|^\$/i.test(value.trim())) return false;
  return !/^[a-z]+([-_.][a-z0-9]+)*$/.test(value) || /pass(word|wd|phrase)?$/.test(snake(place));
}

/** Why settings are left alone. */
export const settingNote = "a setting in clear text";

/** Whether a value is a setting that stands beside secrets, in clear text. */
export function isSetting(entry: SecretEntry): boolean {
  const inObject = entry.format === "kubernetes-secret" || entry.format === "sealed-secret";
  return !entry.encrypted && !inObject && !looksSecret(entry);
}
