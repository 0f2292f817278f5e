import { renderTable } from "../table";
import type { Amounts } from "./amounts";
import { type Footprint, type Part, shareOf, budget, budgetProblem } from "./footprint";
import { shownCpu, shownMemory } from "./quantities";
import { podAmounts } from "./amounts";

const head = [
  ...["part", "CPU", "memory", "memory limit"],
  ...["CPU, chart's own values", "memory, chart's own values"],
];

/** A chart that sets no requests asks for nothing and takes what it wants. */
function cells({ name, ours, defaults }: Pick<Part, "name" | "ours" | "defaults">): string[] {
  return [
    name,
    shownCpu(ours.cpu),
    shownMemory(ours.memory),
    shownMemory(ours.memoryLimit),
    defaults === undefined ? "" : shownCpu(defaults.cpu),
    defaults === undefined ? "" : shownMemory(defaults.memory),
  ];
}

function rows(footprint: Footprint): string[][] {
  const total = (name: string, ours: Amounts) => cells({ name, ours });
  const of = (share: Part["share"]) =>
    footprint.parts.filter(
      ({ share: own, pods }) => own === share && pods.some(({ passing }) => !passing),
    );
  const media = of("media");
  return [
    head,
    ...of("platform").map(cells),
    total("the platform", shareOf(footprint, "platform")),
    ...media.map(cells),
    ...(media.length === 0 ? [] : [total("the media stack", shareOf(footprint, "media"))]),
  ];
}

function verdict(footprint: Footprint): string {
  const { cpu, memory } = shareOf(footprint, "platform");
  const problem = budgetProblem(footprint);
  if (problem !== undefined) return problem;
  const figures = `The platform asks for ${cpu.toFixed(2)} cores and ${(memory / 1e9).toFixed(2)} GB`;
  return footprint.nodes > budget.nodes
    ? `${figures}; its share is fixed for up to ${String(budget.nodes)} nodes only.`
    : `${figures} of the ${String(budget.cpu)} cores and ${String(budget.memory / 1e9)} GB that are its share.`;
}

/** The footprint as a table for a terminal. */
export function footprintTable(footprint: Footprint): string {
  const skipped = footprint.skipped.map(
    ({ row, skipped: why }) => `${row.chart}: skipped: ${why}\n`,
  );
  return `${renderTable(rows(footprint))}${skipped.join("")}\n${verdict(footprint)}\n`;
}

function markdownRow(row: readonly string[]): string {
  return `| ${row.join(" | ")} |\n`;
}

/** The footprint as the page `docs/footprint.md`. */
export function footprintMarkdown(footprint: Footprint): string {
  const [first = [], ...others] = rows(footprint);
  const rule = first.map((_, index) => (index === 0 ? "---" : "---:"));
  return `# Footprint

What the workloads of the stack \`${footprint.stack}\` ask for on its ${String(footprint.nodes)} nodes together: requests, which the
scheduler reserves, and the limits of memory at which containers are killed. There are no limits on CPU. A
DaemonSet counts once for each node. Jobs, and hooks of charts, end and are not counted. A chart's own values
often set no requests at all: then it asks for little and takes what it wants.

${markdownRow(first)}${markdownRow(rule)}${others.map(markdownRow).join("")}
${verdict(footprint)}

Not counted, since k3s brings them: CoreDNS and metrics-server, 100m and 70Mi each, local-path-provisioner, and k3s
itself. Written by \`npm run charts -- ${footprint.stack} footprint --write\`; \`npm run charts -- ${footprint.stack} verify\`
tells when it is stale.
`;
}

/**
 * The footprint as data: the shapes of all pods, in the units of Kubernetes. The test that schedules
 * them reads it, so that it needs no chart.
 */
export function footprintJson({ stack, nodes, parts }: Footprint): string {
  const data = {
    stack,
    nodes,
    parts: parts.map(({ name, share, pods }) => ({
      name,
      share,
      pods: pods.map((one) => {
        const { kind, name: workload, namespace, copies, passing, labels, placement } = one;
        const { cpu, memory, memoryLimit } = podAmounts(one);
        return {
          ...{ kind, name: workload, namespace, copies, passing },
          requests: { cpu: shownCpu(cpu), memory: shownMemory(memory) },
          memoryLimit: shownMemory(memoryLimit),
          labels,
          placement,
        };
      }),
    })),
  };
  return `${JSON.stringify(data, null, 2)}\n`;
}
