import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { labFolder } from "../../../lab/folders";
import { down, inside, type LabHost, sshCommand, sshKeyPath, up, wipe } from "../../../lab/hosts";
import { chosenK3s, prepareForRealK3s } from "../../../lab/k3s";
import { labConfig } from "../../../lab/settings";
import { projectDirectory } from "../../../operations/stackFile";
import type { Registration } from "../../../operations/inprocess/run";
import { program, type ProgramResult } from "../support/run";
import { finish, type Finished } from "../support/finish";

/** A lab of its own: three servers, and a machine that takes their copies. */
export const vaultLab = "bramble-vault";

/** The servers. */
export const servers = ["bramble-1", "bramble-2", "bramble-3"] as const;

/** The machine that takes copies; no part of the cluster. */
export const vault = "vault";

const specs = [...servers, vault].map((name, index) => ({
  name,
  address: `10.77.0.1${String(index + 1)}`,
}));

const found = new Map<string, LabHost>();

/** Brings machines up blank: the vault and as many servers as a test needs. */
export async function vaultUp(names: readonly string[] = servers): Promise<void> {
  await down(vaultLab);
  found.clear();
  const needed = specs.filter(({ name }) => name === vault || names.includes(name));
  for (const host of await up(vaultLab, needed)) found.set(host.name, host);
}

/** Gives a server a blank disk. */
export async function blank(name: string): Promise<void> {
  found.set(name, await wipe(vaultLab, name));
}

/** Runs a script as root on a machine, to its end whatever its code. */
export function tryRoot(name: string, script: string): Promise<Finished> {
  return finish(sshCommand(vaultLab, name, "sudo -n bash -s"), `set -eu\n${script}\n`);
}

/** As {@link tryRoot}; returns what it printed. */
export async function asRoot(name: string, script: string): Promise<string> {
  const { code, stdout, stderr } = await tryRoot(name, script);
  if (code !== 0) throw new Error(`${name}: code ${String(code)}\n${script}\n${stdout}${stderr}`);
  return stdout;
}

/** Keys of a new SSH pair. */
function newKey(file: string): { readonly secret: string; readonly open: string } {
  rmSync(file, { force: true });
  spawnSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "", "-f", file]);
  return { secret: readFileSync(file, "utf8"), open: readFileSync(`${file}.pub`, "utf8") };
}

/** The values of a stack, and its secrets. */
export interface Stack {
  /** `k3s.snapshots.offHost`. */
  readonly offHost: object;
  readonly secrets: Readonly<Record<string, string>>;
  readonly generations?: Readonly<Record<string, number>>;
}

/** A destination by SSH: an account on the vault that may do SFTP alone. */
export async function sshDestination(): Promise<Stack> {
  const { secret, open } = newKey(join(labFolder(vaultLab), "copies-key"));
  await asRoot(
    vault,
    `useradd --create-home copies
     install -d -o copies -g copies -m 0700 /home/copies/.ssh /home/copies/store
     echo 'restrict,command="internal-sftp" ${open.trim()}' >/home/copies/.ssh/authorized_keys
     chown copies: /home/copies/.ssh/authorized_keys`,
  );
  const { address = "", hostKey = "" } = found.get(vault) ?? {};
  return {
    offHost: {
      ssh: { host: address, user: "copies", path: "/home/copies/store", hostKey },
      retention: 3,
    },
    secrets: { snapshotSshKey: secret },
  };
}

let store: ReturnType<typeof spawn> | undefined;

/** The folder in which the S3 store keeps what it was given. */
export const storeFolder = (): string => join(labFolder(vaultLab), "store");

/** A destination by S3: a small store inside the lab's network that checks every signature. */
export async function s3Destination(): Promise<Stack> {
  const secret = "s3cr3t-canary/of+the=store";
  const script = join(__dirname, "..", "support", "s3.ts");
  const [file = "", ...args] = inside(vaultLab, [
    ...[process.execPath, "--import", "tsx", script, storeFolder(), "9000", "ACCESSKEY"],
  ]);
  store = spawn(file, args, { cwd: projectDirectory, stdio: ["pipe", "pipe", "inherit"] });
  store.stdin?.end(`${secret}\n`);
  await new Promise((resolve) => store?.stdout?.once("data", resolve));
  return {
    offHost: {
      s3: { endpoint: "http://10.77.0.1:9000", bucket: "copies", prefix: "home/pi" },
      retention: 3,
    },
    secrets: { snapshotS3AccessKey: "ACCESSKEY", snapshotS3SecretKey: secret },
  };
}

/** Ends the lab and the store. */
export async function vaultDown(): Promise<void> {
  store?.kill("SIGTERM");
  await down(vaultLab);
}

const directory = (): string => join(labFolder(vaultLab), "stack");

/** Name of the stack; its file is in the lab's folder. */
export const stack = "vault";

/** Runs the whole program on the servers, and leaves the stack's file for operator commands. */
export async function converge(
  wanted: Stack,
  existing: readonly string[] = [],
): Promise<ProgramResult> {
  const k3s = await chosenK3s(() => undefined);
  const there = servers.filter((name) => found.has(name));
  if (k3s.real) await prepareForRealK3s(vaultLab, there, k3s, () => undefined);
  const { config, secretKeys } = labConfig(
    {
      hosts: [...found.values()],
      k3s,
      ...{ awaitReady: false, withoutCharts: true },
    },
    sshKeyPath(vaultLab),
  );
  const usual = JSON.parse(config["bramble:k3s"] ?? "{}") as object;
  const sections = {
    cluster: { name: "home" },
    hosts: there.map((name) => ({
      ...{ name, role: "server", address: found.get(name)?.address },
      hostKey: found.get(name)?.hostKey,
      generation: wanted.generations?.[name] ?? 1,
    })),
    k3s: { ...usual, drainTimeout: 0, snapshots: { offHost: wanted.offHost } },
    media: { enabled: false },
  };
  mkdirSync(directory(), { recursive: true, mode: 0o700 });
  const platform = JSON.parse(config["bramble:platform"] ?? "{}") as object;
  writeFileSync(
    join(directory(), `Pulumi.${stack}.yaml`),
    stringify({ config: { ...prefixed(sections), "bramble:platform": platform } }),
  );
  const texts = Object.entries(prefixed(sections)).map(([key, value]) => [
    key,
    JSON.stringify(value),
  ]);
  return program(vaultLab, {
    ...{ folder: directory(), existing },
    secretKeys: [...secretKeys, ...Object.keys(prefixed(wanted.secrets))],
    config: { ...config, ...prefixed(wanted.secrets), ...(Object.fromEntries(texts) as object) },
  });
}

function prefixed<T>(values: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [`bramble:${key}`, value]),
  );
}

/** The file with the private half of the recovery key, as an operator keeps it. */
export function recoveryKeyFile(registrations: readonly Registration[]): string {
  const kept = JSON.parse(readFileSync(join(directory(), "random.json"), "utf8")) as Record<
    string,
    { outputs: { privateKeyOpenssh?: string } }
  >;
  const urn = registrations.find(({ name }) => name === "recovery-key")?.urn ?? "";
  const file = join(directory(), "recovery-key");
  rmSync(file, { force: true });
  writeFileSync(file, kept[urn]?.outputs.privateKeyOpenssh ?? "", { mode: 0o600 });
  return file;
}

/** Every random secret of the stack, and what its destination was given. */
export function secretsOf(wanted: Stack): string[] {
  const text = readFileSync(join(directory(), "random.json"), "utf8");
  const kept = Object.entries(JSON.parse(text) as Record<string, { outputs: { result?: string } }>)
    .filter(([urn]) => urn.includes("RandomPassword"))
    .map(([, { outputs }]) => outputs.result ?? "");
  const given = Object.entries(wanted.secrets)
    .filter(([name]) => name !== "snapshotS3AccessKey")
    .map(([, value]) => value.split("\n")[2] ?? value);
  return [...kept, ...given];
}

/** Runs an operator's command inside the lab's network, as a person would. */
export function operator(command: "backup" | "restore", ...args: string[]): Promise<Finished> {
  const main = join(projectDirectory, "operations", command, "main.ts");
  const options = ["--identity", sshKeyPath(vaultLab), "--directory", directory()];
  return finish(
    inside(vaultLab, [...[process.execPath, "--import", "tsx", main, stack, ...args, ...options]]),
  );
}

/** The records that operator's commands have written. */
export function recordsFolder(): string {
  const folder = join(directory(), "docs", "governance", stack, "runs");
  return existsSync(folder) ? folder : directory();
}
