import type { InventoryName } from "../../../config/inventory";
import type { Config } from "../../../config/schema";
import type { SecretName } from "../../../config/secrets";

/** What a proof may use. Whatever it says is printed: never a word of a value. */
export interface ProofContext {
  readonly stack: string;
  readonly config: Config;
  /** Private key file for hosts; default: the ssh-agent and the operator's own keys. */
  readonly identity?: string | undefined;
  /** When the rotation of a secret began, in this run or in one that was cut off. */
  readonly since: (name: InventoryName) => Date;
  /** A value of the stack's encrypted config, as this run leaves it. */
  readonly value: (name: SecretName) => Promise<string | undefined>;
  /** A secret output of the stack. */
  readonly output: (name: string) => Promise<string>;
  /** Works with the kubeconfig file of the stack's cluster. */
  readonly cluster: <T>(
    work: (kubeconfig: string, context: string | undefined) => Promise<T>,
  ) => Promise<T>;
}

/** How it is shown that a new value works, and what the old one is worth meanwhile. */
export interface Proof {
  /**
   * Tries a value before anything is changed.
   *
   * @returns what was seen, in a few words.
   * @throws Error in one line when it does not work.
   */
  readonly before?: (context: ProofContext, value: string) => Promise<string>;
  /** Tries the value that the run has brought into use; as `before`. */
  readonly after?: (context: ProofContext) => Promise<string>;
  /** Why nothing can be tried, where that is so. */
  readonly untried?: string;
  /** How long the old value is accepted: finishes the sentence "the old value …". */
  readonly old: string;
}

/** A proof for every secret that is ever rotated. */
export type Proofs = Readonly<Partial<Record<InventoryName, Proof>>>;
