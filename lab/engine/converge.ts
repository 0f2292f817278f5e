import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { loadSettings } from "../../config/load";
import {
  type InProcessOptions,
  type Registration,
  runInProcess,
} from "../../operations/inprocess/run";
import type { InProcessConfig } from "../../operations/stackFile";
import { environment } from "../../stacks/environment";
import type { Choices } from "../choices";
import { labFolder } from "../folders";
import { sshKeyPath } from "../hosts";
import type { Progress } from "../progress";
import { labStack } from "../settings";
import { createEngine, type EngineReport, type ReleaseResult } from "./engine";
import { createMade, type Made, type MadeResource } from "./made";
import { randomFile } from "./random";
import { runUndo } from "./remote";

/** What one run of the program did, whichever engine ran it. */
export interface RunResult {
  readonly kubeconfigFile: string;
  readonly changed: string[];
  readonly releases: readonly ReleaseResult[];
  readonly phases: readonly (readonly [string, number])[];
}

/** The phase a resource belongs to: the stack's flow, by its components. */
function phaseOf({ urn, type }: Registration): string {
  const types = urn.split("::")[2] ?? "";
  if (types.includes("bramble:host:")) return "hosts prepared";
  if (types.includes("bramble:k3s:") || type.startsWith("pulumi:providers:")) return "k3s cluster";
  if (types.includes("bramble:platform:")) return "platform";
  return "media apps";
}

/** Takes the time at which the last resource of each phase was done. */
function createClock() {
  const began = Date.now();
  const ends = new Map<string, number>();
  return {
    mark: (registration: Registration) => ends.set(phaseOf(registration), Date.now()),
    phases: (): [string, number][] => {
      const ordered = [...ends].sort(([, a], [, b]) => a - b);
      return ordered.map(([name, end], index) => [
        name,
        (end - (ordered[index - 1]?.[1] ?? began)) / 1000,
      ]);
    },
  };
}

function summarise({ counts }: EngineReport, removed: number): string[] {
  const { created, changed } = counts;
  return [
    ...(created > 0 ? [`${String(created)} resources created`] : []),
    ...(changed > 0 ? [`${String(changed)} resources converged`] : []),
    ...(removed > 0 ? [`${String(removed)} resources removed`] : []),
  ];
}

function runProgram(
  { config, secretKeys }: InProcessConfig,
  preview: boolean,
  make: InProcessOptions["make"],
) {
  const options = { stack: labStack, config, secretKeys, preview, make };
  return runInProcess(() => environment(loadSettings()), options);
}

/** The resources of the program, without making any. */
export async function planProgram(config: InProcessConfig): Promise<readonly Registration[]> {
  return (await runProgram(config, true, () => Promise.resolve({}))).registrations;
}

function madeIn(lab: string): Made {
  return createMade(join(labFolder(lab), "made.json"));
}

/** Undoes resources, last made first; what goes along with another that goes is skipped. */
async function undo(
  lab: string,
  made: Made,
  leaving: readonly MadeResource[],
  progress: Progress,
): Promise<void> {
  const urns = new Set(leaving.map(({ urn }) => urn));
  for (const resource of [...leaving].reverse()) {
    const skipped = resource.deletedWith !== undefined && urns.has(resource.deletedWith);
    if (resource.undo !== undefined && !skipped) {
      const step = progress.begin(`removing ${resource.name}`);
      const said = await runUndo(resource, readFileSync(sshKeyPath(lab), "utf8"), labFolder(lab));
      step.end(`removed ${resource.name}: ${said}`);
    }
    made.remove(resource.urn);
  }
}

/**
 * Makes or converges everything of the program in this process, then undoes what it no longer has.
 * Objects in the cluster are never deleted.
 *
 * @param changedOnly whether hosts are left alone where nothing is wanted anew. Default: false.
 * @param again URNs of resources that converge all the same. Default: none.
 */
export async function convergeInProcess(
  lab: string,
  choices: Pick<Choices, "charts" | "chartsSkipped">,
  config: InProcessConfig,
  progress: Progress,
  changedOnly = false,
  again: ReadonlySet<string> = new Set(),
): Promise<RunResult> {
  const planned = await planProgram(config);
  const total = planned.filter(({ custom }) => custom).length;
  progress.say(`the program: ${String(total)} resources`);
  const made = madeIn(lab);
  const engine = createEngine({
    folder: labFolder(lab),
    ...{ progress, total, made, changedOnly, again },
    ...{ charts: choices.charts, chartsSkipped: choices.chartsSkipped },
  });
  const clock = createClock();
  await runProgram(config, false, async (registration) => {
    const result = await engine.make(registration);
    clock.mark(registration);
    return result;
  });
  const wanted = new Set(planned.map(({ urn }) => urn));
  const leaving = made.all().filter(({ urn }) => !wanted.has(urn));
  await undo(lab, made, leaving, progress);
  const { report, kubeconfigFile } = engine;
  return {
    kubeconfigFile,
    changed: summarise(report, leaving.length),
    releases: report.releases,
    phases: clock.phases(),
  };
}

/** Undoes everything that was made in a lab; tokens and identity are drawn anew after it. */
export async function destroyInProcess(lab: string, progress: Progress): Promise<void> {
  const made = madeIn(lab);
  await undo(lab, made, made.all(), progress);
  rmSync(randomFile(labFolder(lab)), { force: true });
}

/** The admin kubeconfig of a lab. */
export function labKubeconfig(lab: string): string {
  const file = join(labFolder(lab), "kubeconfig");
  if (!existsSync(file)) throw new Error(`${lab} has no cluster yet: npm run lab`);
  return readFileSync(file, "utf8");
}
