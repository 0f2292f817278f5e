import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { childEnvironment } from "../childEnvironment";
import { localPath } from "../../config/localPath";
import type { Config, HostConfig } from "../../config/schema";
import type { Registration } from "../inprocess/run";
import { failureOf, type HostAccess, presentHosts, runOnHosts } from "../connection/session";
import {
  type HostCheck,
  hostChecks,
  rebootCheck,
  renderChecks,
  renderFields,
  wantedCluster,
  type WantedCluster,
} from "./checks";
import { clusterFindings } from "./clusterFindings";
import { clusterIdFindings } from "./clusterId";
import { type Finding, ordered } from "./finding";
import { type HostLook, hostFindings, parseLook } from "./hostFindings";

/** What one look at hosts and cluster brought. */
export interface LookAround {
  readonly findings: readonly Finding[];
  /** Why something could not be looked at, one line each. */
  readonly failures: readonly string[];
  /** What is not compared by design, and why, one line each. */
  readonly notCompared: readonly string[];
  /** Hosts that answered. */
  readonly hosts: readonly string[];
  /** Things that were looked at. */
  readonly checks: number;
}

const hostScript = "drift.sh";
const clusterScript = "drift-cluster.sh";

/** The scripts that drift sends along. */
function scripts(): Record<string, string> {
  const text = (name: string): string => readFileSync(join(__dirname, name), "utf8");
  return { [hostScript]: text(hostScript), [clusterScript]: text(clusterScript) };
}

function packed(text: string): string {
  return gzipSync(text).toString("base64");
}

function unpacked(text: string): string {
  return text === "" ? "" : gunzipSync(Buffer.from(text, "base64")).toString("utf8");
}

/** The lines that drift-cluster.sh reads. */
function clusterInput({ objects, secrets, releases }: WantedCluster): string {
  const list = {
    ...{ apiVersion: "v1", kind: "List" },
    items: secrets.map(({ name, namespace }) => ({
      ...{ apiVersion: "v1", kind: "Secret" },
      metadata: { name, namespace },
    })),
  };
  const bodies = objects.map(({ body }) => `${JSON.stringify(body)}\n`).join("");
  return [
    ["nodes"],
    ...(objects.length === 0 ? [] : [["objects", packed(bodies)]]),
    ...(secrets.length === 0 ? [] : [["secrets", packed(JSON.stringify(list))]]),
    ...releases.map(({ namespace, name }) => ["release", namespace, name]),
  ]
    .map(renderFields)
    .join("");
}

function countOf({ objects, secrets, releases }: WantedCluster): number {
  return objects.length + secrets.length + releases.length;
}

interface Seen {
  readonly host: HostConfig;
  readonly checks: readonly HostCheck[];
  readonly look: HostLook;
  readonly failure?: string;
}

async function seeHosts(
  access: HostAccess,
  calls: readonly { host: HostConfig; checks: readonly HostCheck[]; more: string }[],
): Promise<Seen[]> {
  const answers = await runOnHosts(
    { ...access, scripts: { ...access.scripts, ...scripts() } },
    calls.map(({ host, checks, more }) => ({
      ...{ host, script: hostScript, args: [], input: renderChecks(checks) + more },
    })),
  );
  return answers.map((answer, index) => {
    const { host, unreachable, stdout } = answer;
    const look = parseLook(stdout, unpacked);
    const checks = calls[index]?.checks ?? [];
    const ended = look.data.has("end");
    const failure =
      unreachable ??
      (ended ? undefined : `${host.name} could not be looked at: ${failureOf(answer)}`);
    return { host, checks, look, ...(failure === undefined ? {} : { failure }) };
  });
}

/** Looks at the hosts, and at the cluster through the first server that answers. */
async function ownCluster(
  access: HostAccess,
  registrations: readonly Registration[],
): Promise<LookAround> {
  const { stack, config } = access;
  const hosts = presentHosts(config);
  const servers = hosts.filter(({ role }) => role === "server");
  const { checks, uncompared } = hostChecks(registrations);
  const wanted = wantedCluster(registrations);
  const question = clusterInput(wanted);
  const first = servers[0];
  const seen = await seeHosts(
    access,
    hosts.map((host) => ({
      host,
      checks: [
        ...checks.filter(({ address }) => address === host.address),
        rebootCheck(host.address, host.name),
      ],
      more: host === first ? question : "",
    })),
  );
  let data = seen.find(({ host }) => host === first)?.look.data;
  // Only where the first server has no answer is another one called upon, in a session of its own.
  for (const host of servers.slice(1)) {
    if (data?.get("api") === "answered") break;
    if (seen.find((one) => one.host === host)?.failure !== undefined) continue;
    const [again] = await seeHosts(access, [{ host, checks: [], more: question }]);
    data = again?.look.data;
  }
  const answered = data?.get("api") === "answered";
  const cluster =
    data !== undefined && answered
      ? clusterFindings(stack, data, wanted, config.hosts)
      : { findings: [], failures: ["the cluster could not be looked at: no server's API answers"] };
  const told = seen
    .filter(({ failure }) => failure === undefined)
    .map((one) => hostFindings(stack, one.host.name, one.checks, one.look.results));
  const alive = seen.filter(({ failure }) => failure === undefined);
  const ids = new Map(
    alive.map(({ host, look }) => [host.name, (look.data.get("cluster-id") ?? "").trim()]),
  );
  return {
    findings: ordered([
      ...told.flatMap(({ findings }) => findings),
      ...clusterIdFindings(ids),
      ...cluster.findings,
    ]),
    failures: [
      ...seen.flatMap(({ failure }) => failure ?? []),
      ...told.flatMap(({ failures }) => failures),
      ...cluster.failures,
    ],
    notCompared: [
      ...secretNotes(checks, wanted),
      ...uncompared.map(({ name, reason }) => `${name}: ${reason}`),
    ],
    hosts: alive.map(({ host }) => host.name),
    checks:
      alive.reduce((sum, one) => sum + one.checks.length + 1, 0) +
      (answered ? countOf(wanted) + config.hosts.length : 0),
  };
}

function secretNotes(checks: readonly HostCheck[], { secrets }: WantedCluster): string[] {
  const paths = checks.flatMap(({ look }) => (look.kind === "secret" ? [look.path] : []));
  const files = [...new Set(paths)].sort().join(", ");
  return [
    ...(files === ""
      ? []
      : [
          `${files}: only that they are there, with mode and owner, and that k3s has them as staged`,
        ]),
    ...(secrets.length === 0
      ? []
      : ["Secrets in the cluster: only that they are there, and their keys"]),
  ];
}

/** Runs drift-cluster.sh on this machine, with a kubeconfig. */
function runHere(words: readonly string[], input: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "bramble-"));
  const script = join(folder, clusterScript);
  writeFileSync(script, scripts()[clusterScript] ?? "", { mode: 0o700 });
  return new Promise<string>((resolve, reject) => {
    const child = spawn("bash", [script, ...words], {
      cwd: folder,
      stdio: ["pipe", "pipe", "inherit"],
      env: childEnvironment(),
    });
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
    child.stdin.on("error", () => undefined).end(input);
    child.once("error", reject).once("close", () => {
      resolve(output);
    });
  }).finally(() => {
    rmSync(folder, { recursive: true, force: true });
  });
}

function onPath(tool: string): Promise<boolean> {
  return new Promise((resolve) => {
    spawn(tool, ["version", "--client"], { stdio: "ignore", env: childEnvironment() })
      .once("error", () => {
        resolve(false);
      })
      .once("close", (code) => {
        resolve(code === 0);
      });
  });
}

/** Looks at a cluster that Bramble did not make: by kubectl on this machine, without SSH. */
async function existingCluster(
  stack: string,
  { cluster }: Config,
  registrations: readonly Registration[],
): Promise<LookAround> {
  const nothing = { findings: [], notCompared: [], hosts: [], checks: 0 };
  if (!(await onPath("kubectl"))) {
    const why = "kubectl is not on PATH, and this cluster is not reached by SSH";
    return { ...nothing, failures: [`the cluster was skipped: ${why}`] };
  }
  const { kubeconfigPath, context } = cluster;
  const wanted = wantedCluster(registrations);
  const words = [
    "kubectl",
    ...(kubeconfigPath === undefined ? [] : ["--kubeconfig", localPath(kubeconfigPath)]),
    ...(context === undefined ? [] : ["--context", context]),
  ];
  const { data } = parseLook(await runHere(words, clusterInput(wanted)), unpacked);
  if (data.get("api") !== "answered") {
    return {
      ...nothing,
      failures: ["the cluster could not be looked at: its API does not answer"],
    };
  }
  const { findings, failures } = clusterFindings(stack, data, wanted, []);
  const checks = countOf(wanted);
  const notCompared = secretNotes([], wanted);
  return { ...nothing, findings: ordered(findings), failures, notCompared, checks };
}

/**
 * Compares hosts and cluster with what a program registers, and changes nothing: one SSH session for
 * each host, all at once.
 */
export function lookAround(
  access: HostAccess,
  registrations: readonly Registration[],
): Promise<LookAround> {
  return access.config.cluster.source === "existing"
    ? existingCluster(access.stack, access.config, registrations)
    : ownCluster(access, registrations);
}
