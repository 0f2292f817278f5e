import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hostPackages, preflightArgs, prepareArgs } from "../../components/host/requirements";
import { renderTransient } from "../../components/remote/render";
import { scriptBundle } from "../../components/remote/scripts";
import type { Config, HostConfig } from "../../config/schema";
import { readStackConfig } from "../stackFile";
import { renderTable } from "../table";
import { formatHostKey, parseHostKey, sshAddress } from "./hostKeys";
import {
  connectionProblem,
  findings,
  isProblem,
  parseReports,
  type ScriptReport,
  verdictOf,
} from "./report";

/** What `check` is told. */
export interface CheckOptions {
  readonly stack: string;
  /** Folder of the stack's file. */
  readonly directory: string;
  /** Private key file; default: the ssh-agent and the operator's own keys. */
  readonly identity?: string;
  readonly print: (text: string) => void;
}

interface Checked {
  readonly host: HostConfig;
  readonly reports: readonly ScriptReport[];
  /** Why the host could not be looked at. */
  readonly failure?: string;
}

const script = "host-check.sh";

/** Each script's arguments in check mode. */
function scriptCalls({ k3s }: Config, host: HostConfig): string[] {
  const { name, role } = host;
  const requirements = { role, k3sVersion: k3s.version, kubeletArgs: k3s.kubeletArgs };
  return [
    ...["preflight.sh", ...preflightArgs(requirements), "--"],
    ...["prepare.sh", ...prepareArgs("check", name, hostPackages), "--"],
    ...["k3s.sh", "check", "--role", role, "--version", k3s.version],
  ];
}

/** Arguments of ssh that accept just the pinned key, and never ask. */
function sshOptions(
  config: Config,
  host: HostConfig,
  knownHosts: string,
  identity: string | undefined,
): string[] {
  const { port } = sshAddress(config, host);
  const options = [
    "BatchMode=yes",
    "ConnectTimeout=10",
    "ServerAliveInterval=15",
    `UserKnownHostsFile=${knownHosts}`,
    "GlobalKnownHostsFile=/dev/null",
    "LogLevel=ERROR",
    ...(host.hostKey === undefined
      ? ["StrictHostKeyChecking=no"]
      : ["StrictHostKeyChecking=yes", `HostKeyAlgorithms=${parseHostKey(host.hostKey).type}`]),
    ...(identity === undefined ? [] : [`IdentityFile=${identity}`, "IdentitiesOnly=yes"]),
  ];
  return ["-p", String(port), ...options.flatMap((option) => ["-o", option])];
}

function knownHostsText(config: Config, host: HostConfig): string {
  if (host.hostKey === undefined) return "";
  const { address, port } = sshAddress(config, host);
  const name = port === 22 ? address : `[${address}]:${port}`;
  return `${name} ${formatHostKey(parseHostKey(host.hostKey))}\n`;
}

interface Finished {
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end, whatever its exit code. */
function run(file: string, args: readonly string[], input: string): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = execFile(file, [...args], { timeout: 600_000 }, (error, stdout, stderr) => {
      if (error?.code === "ENOENT") reject(new Error(`${file} is missing: install OpenSSH`));
      else resolve({ stdout, stderr });
    });
    // A connection that never was does not read.
    child.stdin?.on("error", () => undefined);
    child.stdin?.end(input);
  });
}

async function checkHost(
  config: Config,
  host: HostConfig,
  bundle: string,
  folder: string,
  { stack, identity }: CheckOptions,
): Promise<Checked> {
  if (host.hostKey === undefined && config.ssh.requireHostKeys) {
    const failure = `${host.name}: has no pinned host key: run \`npm run hosts -- ${stack} trust\``;
    return { host, reports: [], failure };
  }
  const user = host.user ?? config.ssh.user;
  const knownHosts = join(folder, host.name);
  writeFileSync(knownHosts, knownHostsText(config, host));
  const { stdout, stderr } = await run(
    "ssh",
    [
      ...sshOptions(config, host, knownHosts, identity),
      `${user}@${host.address}`,
      "--",
      renderTransient(user, script, scriptCalls(config, host)),
    ],
    bundle,
  );
  const reports = parseReports(stdout);
  if (reports.length === 3) return { host, reports };
  const { name, address } = host;
  return { host, reports, failure: connectionProblem(stderr, { name, address, user, stack }) };
}

function table(checked: readonly Checked[]): string {
  const found = (reports: readonly ScriptReport[], name: string) =>
    verdictOf(reports.find((report) => report.script === name));
  return renderTable([
    ["HOST", "ADDRESS", "ROLE", "FIT", "SYSTEM", "K3S"],
    ...checked.map(({ host, reports }) => [
      host.name,
      host.address,
      host.role,
      ...["preflight.sh", "prepare.sh", "k3s.sh"].map((name) => found(reports, name)),
    ]),
  ]);
}

/**
 * Looks at every present host at once and changes nothing there.
 *
 * @returns the exit code: 1 when a host cannot be reached or cannot become a node.
 */
export async function check(options: CheckOptions): Promise<number> {
  const config = readStackConfig(options.stack, options.directory);
  const present = config.hosts.filter(({ state }) => state === "present");
  if (present.length === 0) throw new Error(`Pulumi.${options.stack}.yaml lists no hosts`);
  const bundle = scriptBundle({ [script]: readFileSync(join(__dirname, script), "utf8") });
  const folder = mkdtempSync(join(tmpdir(), "bramble-"));
  try {
    const checked = await Promise.all(
      present.map((host) => checkHost(config, host, bundle, folder, options)),
    );
    options.print(table(checked));
    for (const { host, reports, failure } of checked) {
      const lines = reports.flatMap((report) => findings(report, host.name));
      for (const line of [...lines, ...(failure === undefined ? [] : [failure])]) {
        options.print(`${line}\n`);
      }
    }
    const bad = checked.some(({ reports, failure }) => failure ?? reports.some(isProblem));
    return bad ? 1 : 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
