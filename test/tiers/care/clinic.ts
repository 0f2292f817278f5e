import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { z } from "zod";
import { labFolder } from "../../../lab/folders";
import { down, inside, type LabHost, sshCommand, sshKeyPath, up } from "../../../lab/hosts";
import { labConfig, type LabK3s } from "../../../lab/settings";
import { buildStandin } from "../../../lab/standin";
import { projectDirectory } from "../../../operations/stackFile";
import { program, type ProgramResult } from "../support/run";
import { finish, type Finished } from "../support/finish";

/** A lab of its own: hosts that fall ill. */
export const clinicLab = "bramble-clinic";

/** The one server, on a small disk that can be filled. */
export const server = "clinic-1";

/** The agent. */
export const agent = "clinic-2";

const stack = "clinic";

const specs = [
  { name: server, address: "10.77.0.31", diskMb: 6000 },
  { name: agent, address: "10.77.0.32" },
];

/** Set to the air-gap directory of a real k3s to run these tests with it. */
const directorySwitch = "BRAMBLE_K3S_DIRECTORY";

/** Whether a real k3s is under test. */
export const realK3s = process.env[directorySwitch] !== undefined;

async function release(): Promise<LabK3s> {
  const directory = process.env[directorySwitch];
  if (directory === undefined) return buildStandin(() => undefined);
  const { stdout } = spawnSync(join(directory, "k3s"), ["--version"], { encoding: "utf8" });
  const version = /v\d+\.\d+\.\d+\S*\+k3s\d+/.exec(stdout)?.[0];
  if (version === undefined) throw new Error(`${directorySwitch}: no k3s in ${directory}`);
  return { version, directory };
}

let found: readonly LabHost[] = [];

const folder = (): string => join(labFolder(clinicLab), "stack");

/** Brings both hosts up blank and makes a cluster of them. */
export async function clinicUp(): Promise<ProgramResult> {
  await down(clinicLab);
  found = await up(clinicLab, specs);
  const { config, secretKeys } = labConfig(
    { hosts: found, k3s: await release(), ...{ awaitReady: false, withoutCharts: true } },
    sshKeyPath(clinicLab),
  );
  const sections = {
    cluster: { name: stack },
    hosts: found.map(({ name, address, hostKey }) => ({
      ...{ name, address, hostKey },
      role: name === server ? "server" : "agent",
    })),
    k3s: { ...(JSON.parse(config["bramble:k3s"] ?? "{}") as object), drainTimeout: 0 },
    media: { enabled: false },
    platform: JSON.parse(config["bramble:platform"] ?? "{}") as object,
  };
  const keyed = Object.entries(sections).map(([key, value]) => [`bramble:${key}`, value] as const);
  mkdirSync(folder(), { recursive: true, mode: 0o700 });
  writeFileSync(
    join(folder(), `Pulumi.${stack}.yaml`),
    stringify({ config: Object.fromEntries(keyed) }),
  );
  const texts = keyed.map(([key, value]) => [key, JSON.stringify(value)] as const);
  return program(clinicLab, {
    ...{ secretKeys, folder: folder() },
    config: { ...config, ...Object.fromEntries(texts) },
  });
}

/** Ends the lab. */
export function clinicDown(): Promise<void> {
  return down(clinicLab);
}

/** Runs `npm run doctor` inside the lab's network, as a person would. */
export function doctor(...words: readonly string[]): Promise<Finished> {
  const main = join(projectDirectory, "operations", "doctor", "main.ts");
  const options = ["--identity", sshKeyPath(clinicLab), "--directory", folder()];
  const argv = [process.execPath, "--import", "tsx", main, stack, ...words, ...options];
  return finish(inside(clinicLab, argv));
}

const examined = z.array(
  z.object({
    subject: z.string(),
    findings: z.array(z.object({ id: z.string(), state: z.string(), found: z.string() })),
  }),
);

/** What the doctor found in a state: `subject id: found`. */
export async function findings(state: "ok" | "warn" | "fail"): Promise<string[]> {
  const { stdout } = await doctor("--format", "json");
  return examined
    .parse(JSON.parse(stdout))
    .flatMap(({ subject, findings: all }) =>
      all
        .filter((one) => one.state === state)
        .map(({ id, found: text }) => `${subject} ${id}: ${text}`),
    );
}

/** Runs a script as root on a host and returns what it printed, on either stream. */
export async function asRoot(name: string, script: string): Promise<string> {
  const argv = sshCommand(clinicLab, name, "sudo -n bash -s");
  const { code, stdout, stderr } = await finish(argv, `set -eu\n${script}\n`);
  if (code !== 0) throw new Error(`${name}: code ${code}\n${script}\n${stdout}${stderr}`);
  return `${stdout}${stderr}`;
}
