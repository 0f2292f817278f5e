import { basename } from "node:path";
import { detectFormat } from "../formats/detect";
import type { SecretEntry, SecretFormat } from "../formats/types";
import { isKubeconfig, isPrivateKey } from "../import/looks";
import { causeOf } from "./walk";

/** What a file is, as far as secrets go. */
export type FoundKind =
  | "SOPS"
  | "Ansible Vault"
  | "Ansible Vault values"
  | "Secret"
  | "Sealed Secret"
  | "kubeconfig"
  | "private key"
  /** The key that opens files of SOPS. */
  | "age identity"
  /** Values in clear text under keys that look like a secret's. */
  | "plain values"
  | "encrypted";

/** A file with secrets in it. */
export interface Found {
  readonly kind: FoundKind;
  /** Why no reader of ours can open it. */
  readonly closed?: string;
}

const kinds: Readonly<Partial<Record<SecretFormat, FoundKind>>> = {
  ...{ "sops-yaml": "SOPS", "sops-json": "SOPS", "sops-dotenv": "SOPS", "sops-ini": "SOPS" },
  ...{ "ansible-vault": "Ansible Vault", "ansible-vault-values": "Ansible Vault values" },
  ...{ "kubernetes-secret": "Secret", "sealed-secret": "Sealed Secret" },
};

/** Names of files that hold values with names, whatever is in them. */
const structured =
  /(\.(ya?ml|json|env|dotenv|ini|cfg|conf)|(^|\/)\.env[^/]*|\/(group|host)_vars\/.*)$/;

/** What only files of secrets have. */
const telling =
  /^\s*\$ANSIBLE_VAULT;|!vault\b|\bENC\[AES256_GCM,|^\s*"?kind"?:\s*"?(Sealed)?Secret\b/m;

/** A Pulumi project's own files: what is secret in them is encrypted by Pulumi. */
const isStackFile = (file: string, text: string): boolean =>
  /^Pulumi(\.[\w.-]+)?\.ya?ml$/.test(basename(file)) &&
  /^(config|encryptionsalt|name|runtime):/m.test(text);

/** Lines of lists such as `environment: [RADARR_API_KEY=…]`, as values with names. */
export function withAssignments(entry: SecretEntry): SecretEntry {
  const [, key, value] = /^([A-Za-z_][A-Za-z0-9_]*)=(.+)$/s.exec(entry.value) ?? [];
  if (key === undefined || value === undefined || !/^\d+$/.test(entry.path.at(-1) ?? "")) {
    return entry;
  }
  return { ...entry, path: [...entry.path.slice(0, -1), key], value };
}

/** What a text file is; undefined where nothing says that it holds secrets. `plain` needs a look. */
export function findKind(file: string, text: string): Found | "plain" | undefined {
  if (text.trim() === "" || isStackFile(file, text)) return undefined;
  if (/^AGE-SECRET-KEY-1/m.test(text)) return { kind: "age identity" };
  if (isPrivateKey(text)) return { kind: "private key" };
  if (isKubeconfig(text)) return { kind: "kubeconfig" };
  if (
    /^\s*(age-encryption\.org\/v1\n|-----BEGIN (AGE ENCRYPTED FILE|PGP MESSAGE)-----)/.test(text)
  ) {
    return { kind: "encrypted", closed: "is encrypted whole: open it and name what comes out" };
  }
  const tells = telling.test(text);
  const named = structured.test(file) || !basename(file).includes(".");
  if (!tells && !named) return undefined;
  try {
    const kind = kinds[detectFormat(file, text)];
    return kind === undefined ? (named ? "plain" : undefined) : { kind };
  } catch (error) {
    return tells && named ? { kind: "encrypted", closed: causeOf(file, error) } : undefined;
  }
}
