import type { Environment } from "../../../config/passphraseRules";
import type { Ask, GivenPassphrase } from "../keys/passphrase";
import type { SecretStore } from "../store";
import { noteSecrets, type SecretsEntry } from "../trail";
import type { Key, KeyedStack } from "./keyedStack";

/** What a change of a stack's key is told. */
export interface RekeyOptions {
  readonly stack: string;
  /** Folder of the stack's file. */
  readonly directory: string;
  /** `passphrase` or the URL of a service's key. Default: what the stack has. */
  readonly provider: string | undefined;
  readonly newPassphraseFile: string | undefined;
  readonly dryRun: boolean;
  readonly reason: string;
  readonly environment: Environment;
  readonly ask: Ask;
  readonly engine: KeyedStack;
  /** Whether a passphrase is that of a salt. */
  readonly opens: (passphrase: string, salt: string) => Promise<boolean>;
  /** The stack's config, opened by a passphrase. */
  readonly store: (key: Key) => SecretStore;
  readonly print: (text: string) => void;
  /** Folder of the trail. */
  readonly governance: string;
}

/** One run: what was found, and what it shall become. */
export interface Change {
  readonly path: string;
  readonly from: Key;
  readonly to: Key;
  readonly provider: string;
  readonly present: GivenPassphrase | undefined;
  readonly wanted: GivenPassphrase | undefined;
}

/** Notes a run in the trail, and says where. */
export function noteRekey(
  options: RekeyOptions,
  provider: string,
  outcome: SecretsEntry["outcome"],
): void {
  const { stack, reason, governance } = options;
  const name = provider === "passphrase" ? "passphrase" : "secretsProvider";
  const event = { action: "rekey", secrets: [{ name }], reason, outcome } as const;
  options.print(`noted in ${noteSecrets(stack, event, { folder: governance })}\n`);
}
