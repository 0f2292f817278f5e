import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { labFolder } from "../../../lab/folders";
import { down, inside, type LabHost, sshCommand, sshKeyPath, up } from "../../../lab/hosts";
import { type ChosenK3s, chosenK3s, prepareForRealK3s } from "../../../lab/k3s";
import { labConfig } from "../../../lab/settings";
import { projectDirectory } from "../../../operations/stackFile";
import { finish, type Finished } from "../support/finish";
import { program, type ProgramResult } from "../support/run";

/** A lab of its own: a gate that answers to SSH, and a host that answers to nobody but the gate. */
export const gateLab = "bramble-gate";

/** The host behind the gate; a cluster of one server. */
export const inner = "inner";

const specs = [
  { name: "gate", address: "10.77.0.11" },
  { name: inner, address: "10.77.0.12" },
];

let found: LabHost[] = [];

/** Runs a script as root on the host behind the gate, through the gate, and returns what it said. */
export async function onInner(script: string): Promise<string> {
  const [file = "", ...args] = sshCommand(gateLab, inner, "sudo -n bash -s");
  const at = args.indexOf("ssh") + 1;
  const key = sshKeyPath(gateLab);
  const proxy = `ssh -F /dev/null -i ${key} -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR -W %h:%p pi@10.77.0.11`;
  const argv = [file, ...args.slice(0, at), "-o", `ProxyCommand=${proxy}`, ...args.slice(at)];
  const { code, stdout, stderr } = await finish(argv, `set -eu\n${script}\n`);
  if (code !== 0) throw new Error(`code ${String(code)}\n${script}\n${stdout}${stderr}`);
  return stdout;
}

/** Whether the host behind the gate answers to the lab's own address. */
export async function answersDirectly(): Promise<boolean> {
  return (await finish(sshCommand(gateLab, inner, "true"))).code === 0;
}

/** The k3s under test: a real one where BRAMBLE_K3S_DIRECTORY names it, else the stand-in. */
export function release(): Promise<ChosenK3s> {
  return chosenK3s(() => undefined);
}

/** Brings both hosts up blank, and shuts the inner one to everybody but the gate. */
export async function gateUp(): Promise<void> {
  await down(gateLab);
  found = await up(gateLab, specs);
  const k3s = await release();
  if (k3s.real) await prepareForRealK3s(gateLab, [inner], k3s, () => undefined);
  await finish(
    sshCommand(gateLab, inner, "sudo -n bash -s"),
    // What the lab's address has open stays open, so that this command ends.
    "iptables -I INPUT -s 10.77.0.1 -p tcp --dport 22 -m conntrack --ctstate NEW -j DROP\n",
  );
}

/** Ends the lab. */
export function gateDown(): Promise<void> {
  return down(gateLab);
}

/** The key of a machine of the lab. */
export function keyOf(name: string): string {
  return found.find((host) => host.name === name)?.hostKey ?? "";
}

/** What one run differs in. */
export interface GateRun {
  readonly row?: Readonly<Record<string, unknown>>;
  readonly bastion?: Readonly<Record<string, unknown>>;
  readonly k3s?: Readonly<Record<string, unknown>>;
  /** The secret `registryCredentials`. */
  readonly logins?: unknown;
}

/** The values of the stack, by key without prefix. */
export async function gateValues(run: GateRun = {}) {
  const { version, directory, sha256 } = await release();
  const { config, secretKeys } = labConfig(
    {
      hosts: found,
      k3s: { version, directory, ...(sha256 === undefined ? {} : { sha256 }) },
      ...{ awaitReady: false, withoutCharts: true },
    },
    sshKeyPath(gateLab),
  );
  const usual = JSON.parse(config["bramble:k3s"] ?? "{}") as object;
  const sections = {
    hosts: [
      { name: inner, address: "10.77.0.12", role: "server", hostKey: keyOf(inner), ...run.row },
    ],
    ssh: { user: "pi", bastion: { address: "10.77.0.11", hostKey: keyOf("gate"), ...run.bastion } },
    k3s: { ...usual, drainTimeout: 0, ...run.k3s },
    media: { enabled: false },
  };
  const texts = Object.entries(sections).map(([key, value]) => [
    `bramble:${key}`,
    JSON.stringify(value),
  ]);
  const logins =
    run.logins === undefined ? {} : { "bramble:registryCredentials": JSON.stringify(run.logins) };
  return {
    sections,
    secretKeys: [...secretKeys, ...Object.keys(logins)],
    config: { ...config, ...logins, ...(Object.fromEntries(texts) as object) },
  };
}

/** Runs the whole program, less platform and media, through the gate. */
export async function runThroughGate(run: GateRun = {}): Promise<ProgramResult> {
  const folder = join(labFolder(gateLab), "stack");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const { config, secretKeys } = await gateValues(run);
  return program(gateLab, { config, secretKeys, folder, dialAttempts: 2 });
}

/** Since when k3s runs, as which process. */
export function innerRunsSince(): Promise<string> {
  return onInner("systemctl show k3s --property=ExecMainPID,ExecMainStartTimestampMonotonic");
}

const serveFolder = `
  const { createReadStream } = require("node:fs");
  require("node:http").createServer((request, response) => {
    const path = decodeURIComponent(request.url);
    const file = createReadStream(process.argv[1] + path);
    file.on("error", () => response.writeHead(404).end()).pipe(response);
  }).listen(8099, "10.77.0.1", () => console.log("serving"));
`;

/** Serves a folder at http://10.77.0.1:8099 inside the lab's network, as a mirror of releases. */
export async function serve(folder: string): Promise<ChildProcess> {
  const [file = "", ...args] = inside(gateLab, [process.execPath, "-e", serveFolder, folder]);
  const child = spawn(file, args, { stdio: ["ignore", "pipe", "inherit"] });
  await new Promise((resolve) => child.stdout.once("data", resolve));
  return child;
}

/** Runs an operator's command inside the lab's network. */
export function operate(command: string, ...args: readonly string[]): Promise<Finished> {
  const main = join(projectDirectory, "operations", command, "main.ts");
  return finish(inside(gateLab, [process.execPath, "--import", "tsx", main, ...args]));
}
