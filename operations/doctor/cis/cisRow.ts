import type { Config } from "../../../config/schema";
import { effective } from "./arguments";
import type { CisFacts, Component, FileMode } from "./cisFacts";

/** `manual`: a person has to judge, or this host cannot tell. */
export type CisResult = "pass" | "fail" | "manual";

/** What a check found. */
export interface CisFinding {
  readonly result: CisResult;
  readonly found: string;
}

/** One check, by its number in the CIS Kubernetes Benchmark as k3s's self-assessment has it. */
export interface CisRow {
  /** Section; `H` are the host's settings of the hardening guide, `K` what only k3s has. */
  readonly id: string;
  readonly text: string;
  /** `server`: of the control plane. `node`: of every host. */
  readonly on: "server" | "node";
  readonly mend: string;
  readonly look: (facts: CisFacts, config: Config) => CisFinding;
}

export const pass = (found: string): CisFinding => ({ result: "pass", found });
export const fail = (found: string): CisFinding => ({ result: "fail", found });
export const manual = (found: string): CisFinding => ({ result: "manual", found });

const converges = "raise the host's generation and run `pulumi up`";

/** A check that a person has to make. */
export function byHand(id: string, text: string, found: string, mend: string): CisRow {
  return { id, text, on: "server", mend, look: () => manual(found) };
}

/** What a row about files needs to know. */
interface FileRow {
  readonly id: string;
  readonly text: string;
  readonly on?: CisRow["on"];
  /** Which files. */
  readonly which: (file: FileMode) => boolean;
  /** No bits but these. */
  readonly most: number;
  /** Whether it is a fault when there is none. */
  readonly wanted?: boolean;
}

/** A check that files are root's and give no more rights than these. */
export function fileRow({ id, text, on = "server", which, most, wanted }: FileRow): CisRow {
  const wide = ({ mode, owner }: FileMode) => (mode & ~most) !== 0 || owner !== "root:root";
  const shown = ({ path, mode, owner }: FileMode) => `${path} is ${mode.toString(8)} ${owner}`;
  const octal = most.toString(8);
  return {
    ...{ id, text, on },
    mend: `\`sudo chown root:root <file> && sudo chmod ${octal} <file>\`, and see who changed it`,
    look: ({ files }) => {
      const found = files.filter(which);
      if (found.length === 0)
        return wanted === true ? fail("there is none") : pass("there is none");
      const bad = found.filter(wide);
      const [first] = bad;
      if (first === undefined) return pass(`${found.length} at most ${octal}, root's`);
      const more = bad.length > 1 ? ` and ${bad.length - 1} more` : "";
      return fail(`${shown(first)}${more}`);
    },
  };
}

/** What a row about an argument needs to know. */
interface ArgumentRow {
  readonly id: string;
  readonly text: string;
  readonly component: Component;
  readonly name: string;
  readonly test: (value: string | undefined, facts: CisFacts, config: Config) => boolean;
  readonly on?: CisRow["on"];
  readonly mend?: string;
}

/** A check of an argument that is in force. */
export function argumentRow(row: ArgumentRow): CisRow {
  const { id, text, component, name, test, on = "server", mend = converges } = row;
  return {
    ...{ id, text, on, mend },
    look: (facts, config) => {
      const { value, source } = effective(facts, component, name);
      const shown = value !== undefined && value.length > 60 ? `${value.slice(0, 60)}…` : value;
      const found = `${name} ${shown === undefined ? "is not set" : `is ${shown}`} (${source})`;
      return test(value, facts, config) ? pass(found) : fail(found);
    },
  };
}

/** Tests of an argument's value. */
export const is = (wanted: string) => (value: string | undefined) => value === wanted;
export const isSet = (value: string | undefined) => value !== undefined && value !== "";
export const isNot = (unwanted: string) => (value: string | undefined) => value !== unwanted;
export const unset = (value: string | undefined) => value === undefined;
export const holds = (word: string) => (value: string | undefined) =>
  (value ?? "").split(",").includes(word);
export const holdsNot = (word: string) => (value: string | undefined) => !holds(word)(value);
