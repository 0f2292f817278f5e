import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Choices } from "./choices";
import { labFolder } from "./folders";
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

const choicesFile = (lab: string): string => join(labFolder(lab), "choices.json");

/** Keeps what a lab is made of, for the commands that come later. */
export function keepChoices(lab: string, choices: Choices): void {
  writeFileSync(choicesFile(lab), JSON.stringify(choices));
}

/**
 * What a lab is made of.
 *
 * @throws Error with one line when it is not up.
 */
export function keptChoices(lab: string): Choices {
  const file = choicesFile(lab);
  if (!existsSync(file)) throw new Error(`${lab} has no cluster yet: npm run lab`);
  return JSON.parse(readFileSync(file, "utf8")) as Choices;
}
