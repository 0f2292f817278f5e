import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { runCommand } from "../operations/arguments";
import type { InProcessConfig } from "../operations/stackFile";
import { createClient } from "./engine/client";
import { convergeInProcess, labKubeconfig, planProgram, type RunResult } from "./engine/converge";
import { isRelease, type ReleaseResult } from "./engine/engine";
import { releaseInputs } from "./engine/helm";
import { pulumiUp } from "./engine/pulumi";
import { sshKeyPath } from "./hosts";
import { createProgress, type Progress } from "./progress";
import type { LabRequest, StatusRequest } from "./request";
import { labConfig, type LabOverrides } from "./settings";
import { labGenerations, writeLabStack } from "./stack";
import { type AppRow, appRows, appsTable, nodeRows, nodesTable, renderTable } from "./tables";

const mediaNamespace = "media";
const scheduledSeconds = 120;

/** The stack's config with what the lab has in place of releases, hosts and charts. */
function configFor(
  request: LabRequest,
  overrides: Pick<LabOverrides, "awaitReady" | "withoutCharts">,
): InProcessConfig {
  const { hosts, k3s, lab } = request;
  const generations = labGenerations(lab);
  return labConfig({ hosts, k3s, generations, ...overrides }, sshKeyPath(lab));
}

function runWithHandlers(request: LabRequest, progress: Progress): Promise<RunResult> {
  const config = configFor(request, { awaitReady: true, withoutCharts: false });
  writeLabStack(request.lab, config);
  return convergeInProcess(request.lab, request.choices, config, progress);
}

async function runWithPulumi(request: LabRequest, progress: Progress): Promise<RunResult> {
  const hollow = request.choices.k3s === "stand-in";
  const config = configFor(request, { awaitReady: !hollow, withoutCharts: hollow });
  // What the platform would have been, for the table.
  const whole = configFor(request, { awaitReady: true, withoutCharts: false });
  const planned = await planProgram(whole);
  const before = Date.now();
  const { changes, kubeconfigFile } = await pulumiUp(request.lab, config, progress);
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
  const client = createClient(labKubeconfig(lab));
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
