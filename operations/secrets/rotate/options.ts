import type { SecretName } from "../../../config/secrets";
import type { Engine } from "../../engine";
import type { SecretStore } from "../store";
import type { ProofContext, Proofs } from "./proof";

/** What a rotation is told, and with what it works. */
export interface RotateOptions {
  readonly stack: string;
  /** Folder of the stack's file. */
  readonly directory: string;
  readonly names: readonly string[];
  /** Says what would be done, and does nothing. */
  readonly dryRun: boolean;
  /** Why, for the trail. */
  readonly reason: string;
  readonly store: SecretStore;
  readonly engine: Pick<Engine, "up">;
  /** The new values of given secrets, by name. */
  readonly ask: (names: readonly SecretName[]) => Promise<ReadonlyMap<SecretName, string>>;
  /** Asks the operator to type a word. */
  readonly confirm: (question: string, word: string) => Promise<boolean>;
  readonly proofs: Proofs;
  readonly proofContext: Pick<ProofContext, "identity" | "output" | "cluster">;
  /** Seconds that consumers are given to take a new value up. Default: 180. */
  readonly patienceSeconds?: number;
  readonly now: Date;
  readonly print: (text: string) => void;
  /** Folder of records and trail. */
  readonly governance: string;
}
