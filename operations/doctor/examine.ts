import { boardRows } from "./boardRows";
import { clusterRows } from "./clusterRows";
import type { Facts } from "./facts";
import type { Finding, State } from "./row";
import { serviceRows } from "./serviceRows";
import { systemRows } from "./systemRows";

/** One finding as people and programs read it. */
export interface Diagnosis {
  readonly id: string;
  readonly title: string;
  readonly state: State;
  readonly found: string;
  /** Set where something is to be done. */
  readonly mend?: string;
}

/** What was found of one host, or of the cluster. */
export interface Examined {
  /** Name of the host; `cluster` for what is not about one. */
  readonly subject: string;
  readonly role?: "server" | "agent";
  readonly address?: string;
  readonly findings: readonly Diagnosis[];
}

/** The one row about a host that does not answer. */
const reachable = "reachable";

const hostRows = [...systemRows, ...boardRows, ...serviceRows];

function diagnosis(
  row: { readonly id: string; readonly title: string; readonly mend: string },
  finding: Finding | undefined,
): Diagnosis[] {
  if (finding === undefined) return [];
  const { state, text } = finding;
  const troubled = state === "warn" || state === "fail";
  return [
    {
      ...{ id: row.id, title: row.title, state, found: text },
      ...(troubled ? { mend: finding.mend ?? row.mend } : {}),
    },
  ];
}

/** Judges the facts by every row: the cluster first, then each host. */
export function examine(facts: Facts): Examined[] {
  const cluster = {
    subject: "cluster",
    findings: clusterRows.flatMap((row) => diagnosis(row, row.look(facts))),
  };
  const hosts = facts.hosts.map((one) => {
    // Of a host that does not answer nothing else can be said.
    const rows =
      one.unreachable === undefined ? hostRows : hostRows.filter(({ id }) => id === reachable);
    const { name: subject, role, address } = one.host;
    return {
      ...{ subject, role, address },
      findings: rows.flatMap((row) => diagnosis(row, row.look(one, facts))),
    };
  });
  return [cluster, ...hosts];
}

/** 1 when something failed; warnings alone are 0. */
export function exitCodeOf(examined: readonly Examined[]): number {
  return examined.some(({ findings }) => findings.some(({ state }) => state === "fail")) ? 1 : 0;
}
