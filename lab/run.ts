import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { loadSettings } from "../config/load";
import { runCommand } from "../operations/arguments";
import {
  type InProcessOptions,
  type Registration,
  runInProcess,
} from "../operations/inprocess/run";
import { environment } from "../stacks/environment";
import { createClient } from "./engine/client";
import { createEngine, type EngineReport, isRelease, type ReleaseResult } from "./engine/engine";
import { releaseInputs } from "./engine/helm";
import { pulumiUp } from "./engine/pulumi";
import { labFolder } from "./folders";
import { sshKeyPath } from "./hosts";
import { createProgress, type Progress } from "./progress";
import type { LabRequest, StatusRequest } from "./request";
import { labConfig, type LabOverrides, labStack } from "./settings";
import { type AppRow, appRows, appsTable, nodeRows, nodesTable, renderTable } from "./tables";

const mediaNamespace = "media";
const scheduledSeconds = 120;

interface RunResult {
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

function summarise({ counts }: EngineReport): string[] {
  const { created, changed } = counts;
  return [
    ...(created > 0 ? [`${String(created)} resources created`] : []),
    ...(changed > 0 ? [`${String(changed)} resources converged`] : []),
  ];
}

function program(
  request: LabRequest,
  overrides: Pick<LabOverrides, "awaitReady" | "withoutCharts">,
) {
  const config = labConfig({ ...request, ...overrides }, sshKeyPath(request.lab));
  const run = (preview: boolean, make: InProcessOptions["make"]) =>
    runInProcess(() => environment(loadSettings()), { stack: labStack, ...config, preview, make });
  return {
    config,
    run,
    plan: async () => (await run(true, () => Promise.resolve({}))).registrations,
  };
}

async function runWithHandlers(request: LabRequest, progress: Progress): Promise<RunResult> {
  const { choices, lab } = request;
  const { run, plan } = program(request, { awaitReady: true, withoutCharts: false });
  const total = (await plan()).filter(({ custom }) => custom).length;
  progress.say(`the program: ${String(total)} resources`);
  const engine = createEngine({
    folder: labFolder(lab),
    ...{ progress, total },
    ...{ charts: choices.charts, chartsSkipped: choices.chartsSkipped },
  });
  const clock = createClock();
  await run(false, async (registration) => {
    const made = await engine.make(registration);
    clock.mark(registration);
    return made;
  });
  const { report, kubeconfigFile } = engine;
  const { releases } = report;
  return { kubeconfigFile, changed: summarise(report), releases, phases: clock.phases() };
}

async function runWithPulumi(request: LabRequest, progress: Progress): Promise<RunResult> {
  const hollow = request.choices.k3s === "stand-in";
  const { config } = program(request, { awaitReady: !hollow, withoutCharts: hollow });
  // What the platform would have been, for the table.
  const planned = await program(request, { awaitReady: true, withoutCharts: false }).plan();
  const before = Date.now();
  const { changes, kubeconfigFile } = await pulumiUp(labFolder(request.lab), config, progress);
  const changed = Object.entries(changes).filter(([kind, count]) => kind !== "same" && count > 0);
  const result = hollow ? `skipped: ${request.choices.chartsSkipped}` : "installed";
  return {
    kubeconfigFile,
    changed: changed.map(([kind, count]) => `${String(count)} resources: ${kind}`),
    releases: planned
      .filter(isRelease)
      .map(({ inputs }) => ({ ...releaseInputs.parse(inputs), result })),
    phases: [["pulumi up", (Date.now() - before) / 1000]],
  };
}

function addressReason({ choices }: LabRequest, releases: readonly ReleaseResult[]): string {
  if (choices.k3s === "stand-in") return "MetalLB not running";
  return releases.some(({ name, result }) => name === "metallb" && result.startsWith("skipped"))
    ? "MetalLB not running"
    : "not given yet";
}

/** Waits until every app's pod has a node, and every node is Ready. */
async function awaitScheduled(client: ReturnType<typeof createClient>, progress: Progress) {
  const step = progress.begin("apps scheduled");
  const deadline = Date.now() + scheduledSeconds * 1000;
  for (;;) {
    const [nodes, apps] = await Promise.all([nodeRows(client), appRows(client, mediaNamespace)]);
    const isFine = (app: AppRow): boolean => app.node !== "" && app.available;
    if ((nodes.every(({ ready }) => ready) && apps.every(isFine)) || Date.now() > deadline) {
      step.end();
      return { nodes, apps };
    }
    await sleep(500);
  }
}

async function showCluster(
  request: LabRequest,
  file: string,
  result: RunResult,
  progress: Progress,
) {
  const client = createClient(readFileSync(file, "utf8"));
  const { nodes, apps } = await awaitScheduled(client, progress);
  progress.close();
  const print = (text: string) => process.stdout.write(text);
  print(nodesTable(nodes));
  if (result.releases.length > 0) {
    const rows = [...result.releases].sort((a, b) => (a.name < b.name ? -1 : 1));
    const heads = ["name", "namespace", "version", "result"];
    print(
      renderTable(
        "Releases",
        heads,
        rows.map((row) => [row.name, row.namespace, row.version, row.result]),
      ),
    );
  }
  print(appsTable(apps, addressReason(request, result.releases)));
  const bad = [
    ...nodes.filter(({ ready }) => !ready).map(({ name }) => `node ${name} is not Ready`),
    ...apps.filter(({ node }) => node === "").map(({ name }) => `${name} is not scheduled`),
  ];
  return { bad, nodes, apps };
}

function showPhases(request: LabRequest, result: RunResult, total: number): void {
  const seconds = (value: number): string => value.toFixed(1).padStart(7);
  const rows = [...request.phases, ...result.phases, ["total", total] as const];
  process.stdout.write(
    renderTable(
      "Seconds",
      ["phase", "seconds"],
      rows.map(([name, value]) => [name, seconds(value)]),
    ),
  );
  const { standIns } = request.choices;
  process.stdout.write(
    standIns.length === 0
      ? "\nNothing stands in and nothing was skipped.\n"
      : renderTable("Not as on real hosts", ["part", "what"], standIns),
  );
}

async function up(request: LabRequest): Promise<number> {
  const progress = createProgress(request.started, process.stdout);
  try {
    const result = await (request.choices.engine === "pulumi"
      ? runWithPulumi(request, progress)
      : runWithHandlers(request, progress));
    const { bad, nodes, apps } = await showCluster(
      request,
      result.kubeconfigFile,
      result,
      progress,
    );
    showPhases(request, result, (Date.now() - request.started) / 1000);
    const voters = nodes.filter(({ voter }) => voter).length;
    const changes = [...request.done, ...result.changed];
    const verdict = [
      `${String(nodes.length)} nodes Ready, ${String(voters)} voting etcd members, ${String(apps.length)} media apps scheduled.`,
      changes.length === 0 ? "Nothing changed." : `Changed: ${changes.join("; ")}.`,
    ];
    process.stdout.write(`\n${bad.length > 0 ? bad.join("\n") : verdict.join(" ")}\n`);
    return bad.length > 0 ? 1 : 0;
  } finally {
    progress.close();
  }
}

async function status({ lab }: StatusRequest): Promise<number> {
  const file = join(labFolder(lab), "kubeconfig");
  if (!existsSync(file)) throw new Error(`${lab} has no cluster yet: npm run lab`);
  const client = createClient(readFileSync(file, "utf8"));
  const [nodes, apps] = await Promise.all([nodeRows(client), appRows(client, mediaNamespace)]);
  process.stdout.write(nodesTable(nodes) + appsTable(apps, "not assigned"));
  return 0;
}

/** The request is the first line of standard input, which stays open while the one outside lives. */
function readRequest(): Promise<LabRequest | StatusRequest> {
  return new Promise((resolve) => {
    const lines = createInterface({ input: process.stdin });
    lines.once("line", (line) => {
      resolve(JSON.parse(line) as LabRequest | StatusRequest);
    });
    lines.once("close", () => process.exit(1));
  });
}

// Standard input stays open and would keep the process alive.
runCommand(async () => {
  const request = await readRequest();
  try {
    process.exit(await (request.verb === "status" ? status(request) : up(request)));
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  }
});
