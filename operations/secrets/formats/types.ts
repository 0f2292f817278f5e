/** What a file of secrets can be. */
export type SecretFormat =
  | "sops-yaml"
  | "sops-json"
  | "sops-dotenv"
  | "sops-ini"
  /** A file that is encrypted whole. */
  | "ansible-vault"
  /** YAML in which single values are encrypted, each tagged `!vault`. */
  | "ansible-vault-values"
  /** Secret manifests, also several, a List, or what `kubectl get secret --output yaml` prints. */
  | "kubernetes-secret"
  | "sealed-secret"
  | "dotenv"
  | "ini"
  | "yaml"
  | "json";

/** One value of a file. */
export interface SecretEntry {
  /**
   * Keys from the top of the file down to the value; places in a list are counted from `"0"`. A value
   * of a Kubernetes Secret has namespace (where the manifest names one), name and key.
   */
  readonly path: readonly string[];
  /** The value as text; numbers and booleans as they stand in the file. */
  readonly value: string;
  /** Set where the value is bytes that are no UTF-8 text: `value` then is their base64. */
  readonly encoding?: "base64";
  /** Whether the value was encrypted in the file: base64 is not encryption. */
  readonly encrypted: boolean;
  /** Set in a file of several YAML documents: which one, counted from 1. */
  readonly document?: number;
  /** The file as it was named. */
  readonly file: string;
  readonly format: SecretFormat;
}

/** What opens encrypted files. */
export interface FormatKeys {
  /** Files of age identities, beside those that SOPS itself looks for. */
  readonly identityFiles?: readonly string[];
  /** Files with a password of Ansible Vault: `file`, or `<vault id>@file`. */
  readonly vaultPasswordFiles?: readonly string[];
  /** Files with private keys of the Sealed Secrets controller: PEM, or the exported Secrets. */
  readonly sealingKeyFiles?: readonly string[];
  /** Default: the environment of the process. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Asks a person without showing what is typed. Default: nobody is asked. */
  readonly ask?: (question: string) => Promise<string>;
}

/** What is read, and with which keys. */
export interface ReadSecretFileOptions extends FormatKeys {
  readonly file: string;
  /** Default: what the content looks like, and the extension where that leaves it open. */
  readonly format?: SecretFormat;
}
