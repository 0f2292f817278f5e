import type { Choices } from "./choices";
import type { LabHost } from "./hosts";
import type { LabK3s } from "./settings";

/** What `lab/main.ts`, outside, asks of `lab/run.ts`, inside the lab's network. */
export interface LabRequest {
  readonly verb: "up";
  readonly lab: string;
  /** When it all began, in milliseconds since 1970. */
  readonly started: number;
  /** What was done outside, with its seconds. */
  readonly phases: readonly (readonly [name: string, seconds: number])[];
  /** What the lab had to do before the program: hosts that were off and the like. */
  readonly done: readonly string[];
  readonly choices: Choices;
  readonly hosts: readonly LabHost[];
  readonly k3s: LabK3s;
}

/** As {@link LabRequest}, to show only what there is. */
export interface StatusRequest {
  readonly verb: "status";
  readonly lab: string;
}
