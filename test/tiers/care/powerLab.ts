import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { labFolder } from "../../../lab/folders";
import { down, inside, type LabHost, sshCommand, sshKeyPath, up } from "../../../lab/hosts";
import { chosenK3s, prepareForRealK3s } from "../../../lab/k3s";
import { labConfig } from "../../../lab/settings";
import { type ProvisioningRun, provisioningRun } from "../../../operations/records/run";
import { projectDirectory } from "../../../operations/stackFile";
import { finish, type Finished } from "../support/finish";
import { program, type ProgramResult } from "../support/run";

/** A lab of its own: its hosts are switched off and on as a whole. */
export const powerLab = "bramble-power";

/** The stack on it. */
export const stack = "home";

/** The servers, in the order of the configuration. */
export const servers = ["power-1", "power-2", "power-3"] as const;

const specs = servers.map((name, index) => ({ name, address: `10.77.0.${index + 21}` }));

let found: readonly LabHost[] = [];

/** Brings the hosts up blank. */
export async function powerLabUp(): Promise<void> {
  await down(powerLab);
  found = await up(powerLab, specs);
  const k3s = await chosenK3s(() => undefined);
  if (k3s.real) await prepareForRealK3s(powerLab, servers, k3s, () => undefined);
}

/** Ends the lab. */
export function powerLabDown(): Promise<void> {
  return down(powerLab);
}

function directory(): string {
  return join(labFolder(powerLab), "stack");
}

/** Writes the stack's file for operator commands; returns what the program is handed. */
export async function writeStack() {
  const release = await chosenK3s(() => undefined);
  const { config, secretKeys } = labConfig(
    {
      hosts: [...found],
      k3s: release,
      ...{ awaitReady: false, withoutCharts: true },
    },
    sshKeyPath(powerLab),
  );
  const k3s = JSON.parse(config["bramble:k3s"] ?? "{}") as object;
  const sections = {
    cluster: { name: stack },
    hosts: found.map(({ name, address, hostKey }) => ({ name, address, hostKey, role: "server" })),
    k3s: { ...k3s, drainTimeout: 0 },
    media: { enabled: false },
    platform: JSON.parse(config["bramble:platform"] ?? "{}") as object,
  };
  const keyed = Object.entries(sections).map(([key, value]) => [`bramble:${key}`, value] as const);
  mkdirSync(directory(), { recursive: true, mode: 0o700 });
  const file = join(directory(), `Pulumi.${stack}.yaml`);
  writeFileSync(file, stringify({ config: Object.fromEntries(keyed) }));
  const texts = keyed.map(([key, value]) => [key, JSON.stringify(value)] as const);
  return { config: { ...config, ...Object.fromEntries(texts) }, secretKeys };
}

/** Runs the whole program, less platform and media. */
export async function converge(): Promise<ProgramResult> {
  return program(powerLab, { ...(await writeStack()), folder: directory() });
}

/** Runs an operator's command inside the lab's network, as a person would. */
export function operator(command: "power" | "rollout", ...args: string[]): Promise<Finished> {
  const main = join(projectDirectory, "operations", command, "main.ts");
  const options = ["--identity", sshKeyPath(powerLab), "--directory", directory()];
  const argv = [process.execPath, "--import", "tsx", main, stack, ...args, ...options];
  return finish(inside(powerLab, argv));
}

/** Runs a script as root on a host and returns what it printed. */
export async function asRoot(name: string, script: string): Promise<string> {
  const argv = sshCommand(powerLab, name, "sudo -n bash -s");
  const { code, stdout, stderr } = await finish(argv, `set -eu\n${script}\n`);
  if (code !== 0) throw new Error(`${name}: code ${code}\n${script}\n${stdout}${stderr}`);
  return stdout;
}

/** The records of `power`, oldest first. */
export function records(): ProvisioningRun[] {
  const folder = join(directory(), "docs", "governance", stack, "runs");
  return readdirSync(folder)
    .filter((name) => name.includes("-power-"))
    .sort()
    .map((name) => provisioningRun.parse(JSON.parse(readFileSync(join(folder, name), "utf8"))));
}
