import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Made, Registration } from "../../operations/inprocess/run";
import { oneLine, type Progress } from "../progress";
import { type ClusterClient, createClient } from "./client";
import { chartName, installRelease, releaseInputs } from "./helm";
import { applyObject } from "./kubernetes";
import type { Note, Outcome } from "./outcome";
import type { Made as MadeResources } from "./made";
import { createRandom, randomFile } from "./random";
import { copyToRemote, runCommand } from "./remote";

/** What became of a release. */
export interface ReleaseResult {
  readonly name: string;
  readonly namespace: string;
  readonly version: string;
  /** What helm did, or why the release was skipped. */
  readonly result: string;
}

/** What the engine did in one run. */
export interface EngineReport {
  readonly counts: Record<Outcome["change"], number>;
  readonly releases: ReleaseResult[];
}

/** How the engine works. */
export interface EngineOptions {
  /** Folder of the lab: what must stay for the next run. Nobody else may read it. */
  readonly folder: string;
  readonly progress: Progress;
  /** Resources of the whole run, for its lines. */
  readonly total: number;
  /** Archives of charts, by `<chart>-<version>`. */
  readonly charts: Readonly<Record<string, string>>;
  /** Why the other charts are skipped. */
  readonly chartsSkipped: string;
  /** What earlier runs have made: there a command's `update` runs. Default: nothing is kept. */
  readonly made?: MadeResources;
  /**
   * Whether a host's resource with the inputs of an earlier run is left alone, as Pulumi does it.
   * Default: false, all of them converge.
   */
  readonly changedOnly?: boolean;
  /** URNs of resources that converge all the same. */
  readonly again?: ReadonlySet<string>;
}

/** The engine's stand-in. */
export interface Engine {
  /** Makes one resource; for `runInProcess`. */
  readonly make: (registration: Registration) => Promise<Made>;
  readonly report: EngineReport;
  /** The file with the admin kubeconfig that the program's provider was given. */
  readonly kubeconfigFile: string;
}

/** Whether a resource is a release. */
export function isRelease({ type }: Registration): boolean {
  return type === "kubernetes:helm.sh/v3:Release";
}

const loadBalancerChart = "metallb";

/**
 * Live handlers in the place of Pulumi's engine and its providers, for the lab only. They create or
 * converge, one resource at a time, and know of the past only random values and which resources were
 * made: nothing is diffed or replaced. Resource types that the program does not use are refused.
 */
export function createEngine(options: EngineOptions): Engine {
  const { progress, total } = options;
  const work = join(options.folder, "engine");
  // A run that was killed may have left a key there.
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true, mode: 0o700 });
  const kubeconfigFile = join(options.folder, "kubeconfig");
  const random = createRandom(randomFile(options.folder));
  const providers = new Map<string, { kubeconfig: string; client: ClusterClient }>();
  const report: EngineReport = {
    counts: { created: 0, changed: 0, unchanged: 0, read: 0, skipped: 0 },
    releases: [],
  };

  const cluster = ({ name, provider = "" }: Registration) => {
    const found = providers.get(provider);
    if (found === undefined) throw new Error(`${name} has no provider that the lab's engine knows`);
    return found;
  };

  const useProvider = ({ urn, name, inputs }: Registration): Outcome => {
    const { kubeconfig } = inputs as { kubeconfig: string };
    providers.set(urn, { kubeconfig, client: createClient(kubeconfig) });
    writeFileSync(kubeconfigFile, kubeconfig, { mode: 0o600 });
    return { id: name, change: "read" };
  };

  const release = async (registration: Registration, note: Note): Promise<Outcome> => {
    const { name, namespace, chart, version } = releaseInputs.parse(registration.inputs);
    const archive = options.charts[`${chartName(chart)}-${version}`];
    const outcome: Outcome =
      archive === undefined
        ? { change: "skipped", summary: options.chartsSkipped }
        : await installRelease(registration, archive, cluster(registration).kubeconfig, work, note);
    const result =
      outcome.change === "skipped" ? `skipped: ${options.chartsSkipped}` : outcome.change;
    report.releases.push({ name, namespace, version, result });
    return { ...outcome, outputs: { status: { namespace, name, status: "deployed" } } };
  };

  const isInstalled = (name: string): boolean =>
    report.releases.some((row) => row.name === name && !row.result.startsWith("skipped"));

  const object = (registration: Registration, note: Note): Promise<Outcome> =>
    applyObject(
      cluster(registration).client,
      registration,
      {
        loadBalancer: () => isInstalled(loadBalancerChart),
        permissive: () => report.releases.some(({ result }) => result.startsWith("skipped")),
      },
      note,
    );

  const handle = async (registration: Registration, note: Note): Promise<Outcome> => {
    const { type } = registration;
    const spared = options.changedOnly === true && options.again?.has(registration.urn) !== true;
    const known = spared ? options.made?.same(registration) : undefined;
    if (type.startsWith("command:remote:") && known !== undefined) {
      return { ...known, change: "unchanged" };
    }
    if (type === "command:remote:Command") {
      const exists = options.made?.has(registration.urn) === true;
      return runCommand(exists ? asUpdate(registration) : registration, work, note);
    }
    if (type === "command:remote:CopyToRemote") return copyToRemote(registration, work, note);
    if (/^(random|tls):/.test(type)) return random(registration);
    if (type === "pulumi:providers:kubernetes") return useProvider(registration);
    if (isRelease(registration)) return release(registration, note);
    if (type.startsWith("kubernetes:")) return object(registration, note);
    throw new Error(`the lab's engine cannot make ${registration.name}, a ${type}`);
  };

  let made = 0;
  return {
    report,
    kubeconfigFile,
    async make(registration) {
      const since = Date.now();
      const { name } = registration;
      const step = progress.begin(name);
      try {
        const outcome = await handle(registration, (text) => {
          step.note(text);
        });
        made += 1;
        options.made?.add(registration, outcome);
        report.counts[outcome.change] += 1;
        step.end(line(made, total, registration, outcome, since));
        return outcome;
      } catch (error) {
        const [reason = ""] = String(error instanceof Error ? error.message : error).split("\n");
        step.end(oneLine(`${name} failed: ${reason}`, 110));
        throw error;
      }
    },
  };
}

/** The registration of a command that exists, as the engine runs it when an input has changed. */
function asUpdate(registration: Registration): Registration {
  const { update, ...inputs } = registration.inputs;
  return update === undefined
    ? registration
    : { ...registration, inputs: { ...inputs, create: update } };
}

/** The line of a finished resource; none for what has no story of its own. */
function line(
  made: number,
  total: number,
  { name, type }: Registration,
  { change, summary }: Outcome,
  since: number,
): string | undefined {
  const seconds = Math.round((Date.now() - since) / 1000);
  const told =
    /:(Command|CopyToRemote|Release|Deployment)$/.test(type) || /^(changed|skipped)$/.test(change);
  if (!told) return undefined;
  const kind = type.slice(type.lastIndexOf(":") + 1);
  const what = kind === "Command" || kind === "CopyToRemote" ? name : `${kind} ${name}`;
  const counter = `${String(made).padStart(3)}/${String(total)}`;
  const did = change === "read" ? "done" : change;
  const text = summary === undefined ? did : `${did}: ${summary}`;
  return oneLine(`${counter}  ${what.padEnd(38)} ${String(seconds).padStart(3)} s  ${text}`, 112);
}
