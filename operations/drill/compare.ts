import { renderTable } from "../table";
import type { ClusterLook } from "./look";

type Looks = Pick<ClusterLook, "identity" | "workloads" | "observation">;

function voters({ observation }: Looks): string[] {
  return observation.members.filter(({ learner, healthy }) => healthy && !learner).map(nameOf);
}

const nameOf = ({ name }: { readonly name: string }): string => name;

/**
 * What of a cluster is not as it was, in one line each: nodes, votes in etcd, ready pods and the
 * cluster's own identity.
 */
export function losses(before: Looks, after: Looks): string[] {
  const ready = new Map(after.workloads.map((row) => [row.name, row.ready]));
  const nodes = (looks: Looks) => looks.observation.nodes.filter(({ ready: is }) => is).map(nameOf);
  return [
    ...(after.identity === before.identity
      ? []
      : [after.identity === "" ? "no API answers" : "it is another cluster than before"]),
    ...nodes(before)
      .filter((name) => !nodes(after).includes(name))
      .map((name) => `node ${name} is not Ready`),
    ...voters(before)
      .filter((name) => !voters(after).includes(name))
      .map((name) => `${name} does not vote in etcd`),
    ...after.observation.members
      .filter(({ name }) => !before.observation.members.some((member) => member.name === name))
      .map(({ name }) => `etcd has a new member ${name}`),
    ...before.workloads.flatMap(({ name, ready: was }) => {
      const is = ready.get(name) ?? 0;
      return is >= was ? [] : [`${name}: ${is} of ${was} pods are ready`];
    }),
  ];
}

/** One figure that a drill is judged by. */
export interface Target {
  readonly name: string;
  readonly measured: number;
  /** Most seconds. */
  readonly within: number;
}

/** Whether a target is met. */
export function isMet({ measured, within }: Target): boolean {
  return measured <= within;
}

/** The table of targets. */
export function targetsTable(targets: readonly Target[]): string {
  return renderTable([
    ["TARGET", "SECONDS", "WITHIN", "RESULT"],
    ...targets.map((target) => [
      target.name,
      target.measured.toFixed(1),
      String(target.within),
      isMet(target) ? "met" : "MISSED",
    ]),
  ]);
}
