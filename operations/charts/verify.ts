import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { charts } from "../../catalogue/charts";
import { chartPolicyProblems } from "../policy/charts";
import { projectDirectory } from "../stackFile";
import { lostValues, resourceProblems, schemaProblems } from "./checks";
import { footprintOf, nodesOf, ownObjects, standing } from "./footprint";
import { footprintJson } from "./footprintText";
import { type Gathered, gather, isGathered } from "./gather";
import { kindProblems } from "./kinds";
import { podsIn } from "./pods";
import { shownCpu, shownMemory } from "./quantities";
import { architectures, askRegistry, type ImageVerdict } from "./registry";
import { mirrorOf, type StackCharts } from "./releases";
import { kubernetesVersion } from "./render";

/** What `verify` and `footprint` are told. */
export interface ChartsRequest {
  readonly stack: StackCharts;
  /** In place of the stack's `charts.mirror`. */
  readonly mirror?: string | undefined;
  /** Nodes of an existing cluster. */
  readonly nodes: number;
}

/** What a look at a stack's charts brought. */
export interface Verdict {
  readonly lines: readonly string[];
  readonly problems: readonly string[];
  /** Charts that could not be looked at. */
  readonly skipped: number;
}

/** Exit codes of `verify`: a chart that was not looked at is no success. */
export const exitCodes = { fine: 0, wrong: 1, skipped: 3 } as const;

/** Does something in a folder of the program, where its packages are found, and removes it. */
export async function inWorkFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(projectDirectory, "node_modules", ".charts-"));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** How a stack's charts are got. */
export function gatherOptions({ stack, mirror }: ChartsRequest, folder: string) {
  return {
    mirror: mirror ?? mirrorOf(stack.config),
    kubernetes: kubernetesVersion(stack.config.k3s.version),
    folder,
  };
}

function imageLine(verdict: ImageVerdict): string {
  if ("unknown" in verdict) return `  image ${verdict.image}: unknown: ${verdict.unknown}`;
  return `  image ${verdict.image}: ${verdict.built.join(", ")}`;
}

function imageProblem(verdict: ImageVerdict): string[] {
  if ("unknown" in verdict) return [];
  const missing = architectures.filter((name) => !verdict.built.includes(name));
  return missing.length === 0 ? [] : [`${verdict.image} is not built for ${missing.join(", ")}`];
}

function imagesOf(chart: Pick<Gathered, "objects">): string[] {
  const images = podsIn(chart.objects).flatMap(({ containers }) =>
    containers.map(({ image }) => image),
  );
  return [...new Set(images.filter((image) => image !== ""))].sort();
}

function definitionProblems({ row, definitions }: Gathered): string[] {
  if (row.crds.from !== "directory") return [];
  const names = definitions.map(({ metadata }) => metadata.name);
  return row.crds.definitions
    .filter((name) => !names.includes(name))
    .map((name) => `${row.chart}: its crds/ has no ${name}, which catalogue/charts.ts names`);
}

function staleProblem(stack: StackCharts, json: string): string[] {
  const file = join(projectDirectory, "docs", "footprint.json");
  const kept = existsSync(file) ? readFileSync(file, "utf8") : undefined;
  if (kept === undefined || (JSON.parse(kept) as { stack: string }).stack !== stack.stack)
    return [];
  return kept === json
    ? []
    : [`docs/footprint.json is stale: run \`npm run charts -- ${stack.stack} footprint --write\``];
}

/**
 * Holds every chart of a stack, with the values the stack gives it, to all that can be known before
 * an install.
 */
export async function verify(request: ChartsRequest): Promise<Verdict> {
  const { stack, nodes } = request;
  return inWorkFolder(async (folder) => {
    const options = gatherOptions(request, folder);
    const found = await gather(stack.releases, options);
    const gathered = found.filter(isGathered);
    const marks = nodesOf(stack.config, nodes);
    const own = ownObjects(stack);
    const ownSourced = own.map((object) => ({ source: "the program", object }));
    const complete = gathered.length === Object.keys(charts).length;
    const problems = [
      ...gathered.flatMap(({ row, problems: list }) => list.map((line) => `${row.chart}: ${line}`)),
      ...gathered.flatMap(definitionProblems),
      ...kindProblems(stack.stack, gathered),
      ...gathered.flatMap(resourceProblems),
      ...chartPolicyProblems(stack, gathered),
      ...resourceProblems({ row: { chart: "the program" }, objects: own }),
      // Without the chart that brings a definition, nothing can be said of its objects.
      ...schemaProblems(gathered, found.length === gathered.length ? ownSourced : [], folder),
    ];
    for (const chart of gathered) {
      problems.push(...(await lostValues(chart, options.kubernetes, folder)));
    }
    const lines: string[] = [];
    for (const one of found) {
      const { chart, version } = one.row;
      if (!isGathered(one)) {
        lines.push(`${chart} ${version}: skipped: ${one.skipped}`);
        continue;
      }
      const { cpu, memory, memoryLimit } = standing(podsIn(one.objects), marks);
      const amounts = `requests ${shownCpu(cpu)} ${shownMemory(memory)}, limit ${shownMemory(memoryLimit)}`;
      lines.push(`${chart} ${version}: ${String(one.objects.length)} objects, ${amounts}`);
      const verdicts = await Promise.all(imagesOf(one).map(askRegistry));
      lines.push(...verdicts.map(imageLine));
      problems.push(...verdicts.flatMap(imageProblem));
    }
    const verdicts = await Promise.all(imagesOf({ objects: own }).map(askRegistry));
    lines.push("the program's own workloads:", ...verdicts.map(imageLine));
    problems.push(...verdicts.flatMap(imageProblem));
    if (complete) {
      const footprint = await footprintOf(stack, found, nodes);
      problems.push(...staleProblem(stack, footprintJson(footprint)));
    }
    return { lines, problems, skipped: found.length - gathered.length };
  });
}
