import type { Container, Pods, Toleration } from "./pods";

/** What the scheduler reserves for one pod, and what its containers may grow to. */
export interface Amounts {
  /** Cores. */
  readonly cpu: number;
  /** Bytes. */
  readonly memory: number;
  readonly memoryLimit: number;
}

/** Amounts of nothing. */
export const nothing: Amounts = { cpu: 0, memory: 0, memoryLimit: 0 };

/** The sum of amounts. */
export function sum(amounts: readonly Amounts[]): Amounts {
  return amounts.reduce(
    (left, right) => ({
      cpu: left.cpu + right.cpu,
      memory: left.memory + right.memory,
      memoryLimit: left.memoryLimit + right.memoryLimit,
    }),
    nothing,
  );
}

/**
 * What one pod asks for: the sum of what runs together, or more where a container that runs before
 * the others asks for more.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/pods/init-containers/#resource-sharing-within-containers
 */
export function podAmounts({ containers }: Pick<Pods, "containers">): Amounts {
  const of = ({ cpu = 0, memory = 0, memoryLimit = 0 }: Container): Amounts => ({
    ...{ cpu, memory, memoryLimit },
  });
  let sidecars = nothing;
  let before = nothing;
  for (const container of containers.filter(({ role }) => role !== "main")) {
    const now = sum([sidecars, of(container)]);
    if (container.role === "sidecar") sidecars = now;
    before = largest(before, now);
  }
  const together = sum([sidecars, ...containers.filter(({ role }) => role === "main").map(of)]);
  return largest(before, together);
}

function largest(left: Amounts, right: Amounts): Amounts {
  return {
    cpu: Math.max(left.cpu, right.cpu),
    memory: Math.max(left.memory, right.memory),
    memoryLimit: Math.max(left.memoryLimit, right.memoryLimit),
  };
}

/** A node that pods may run on. */
export interface NodeMarks {
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly {
    readonly key: string;
    readonly value: string;
    readonly effect: string;
  }[];
}

function tolerates(list: readonly Toleration[], taint: NodeMarks["taints"][number]): boolean {
  return list.some(
    ({ key, operator = "Equal", value = "", effect }) =>
      (key === undefined || key === taint.key) &&
      (effect === undefined || effect === "" || effect === taint.effect) &&
      (operator === "Exists" || value === taint.value),
  );
}

/** Labels that every node has, and charts select by. */
const everyNode = { "kubernetes.io/os": "linux" };

/** How many pods there are on these nodes. */
export function copiesOn({ copies, placement }: Pods, nodes: readonly NodeMarks[]): number {
  if (copies !== "everywhere") return copies;
  const { nodeSelector = {}, tolerations = [] } = placement;
  return nodes.filter(({ labels, taints }) => {
    const marks: Readonly<Record<string, string>> = { ...everyNode, ...labels };
    return (
      Object.entries(nodeSelector).every(([key, value]) => marks[key] === value) &&
      taints
        .filter(({ effect }) => effect !== "PreferNoSchedule")
        .every((taint) => tolerates(tolerations, taint))
    );
  }).length;
}
