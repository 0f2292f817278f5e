import type { EngineReport } from "../../../lab/engine/engine";
import type { InProcessConfig } from "../../../operations/stackFile";
import type { Registration } from "../../../operations/inprocess/run";

/** One run of the program, in a process of its own inside the lab's network. */
export interface ProgramRequest extends InProcessConfig {
  /** Where the run keeps what the next one needs: random values and the kubeconfig. */
  readonly folder: string;
  /** Most dial attempts; a mistake need not be tried for as long as at home. */
  readonly dialAttempts?: number;
  /**
   * Names of resources that exist: their `update` runs, as the engine would run it had their inputs
   * changed. Default: none.
   */
  readonly existing?: readonly string[];
  /** Resources before which the run waits to be told to go on. */
  readonly hold: readonly string[];
}

/** What the run is told. */
export type ToProgram =
  | { readonly kind: "run"; readonly request: ProgramRequest }
  | { readonly kind: "go"; readonly name: string };

/** What the run tells. Registrations hold secrets in clear. */
export type FromProgram =
  | { readonly kind: "ready" }
  | { readonly kind: "begin"; readonly name: string }
  | { readonly kind: "end"; readonly name: string }
  | { readonly kind: "log"; readonly line: string }
  | {
      readonly kind: "done";
      readonly registrations: readonly Registration[];
      readonly report: EngineReport;
    }
  | { readonly kind: "failed"; readonly message: string };
