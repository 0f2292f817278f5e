import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { labFolder } from "../../../lab/folders";
import { down, type LabHost, sshCommand, sshKeyPath, up } from "../../../lab/hosts";
import { type ChosenK3s, chosenK3s, prepareForRealK3s } from "../../../lab/k3s";
import { labConfig } from "../../../lab/settings";
import type { InProcessConfig } from "../../../operations/stackFile";
import { finish, type Finished } from "../support/finish";
import { type Hooks, program, type ProgramResult } from "../support/run";

/** The lab that all tests of this tier share. */
export const lab = "bramble-test";

/** Three servers and an agent that plays a Pi make the cluster; the fifth host is for bad days. */
export const clusterNames = ["bramble-1", "bramble-2", "bramble-3", "bramble-4"] as const;

/** The host that bad days happen to: it belongs to no cluster but one of its own. */
export const spare = "bramble-5";

const specs = [...clusterNames, spare].map((name) => ({
  name,
  address: addressOf(name),
  ...(name === "bramble-4" ? { pi: true } : {}),
  // Sparse: it takes no more room than what is written.
  ...(name === spare ? { diskMb: 6000 } : {}),
}));

/** The address of a host of the lab. */
export function addressOf(name: string): string {
  return `10.77.0.1${name.slice(-1)}`;
}

const found = new Map<string, LabHost>();

async function freshLab(): Promise<void> {
  await down(lab);
  for (const host of await up(lab, specs)) found.set(host.name, host);
}

let fresh: Promise<void> | undefined;

/** Brings the lab up with blank hosts, once in a run of this tier. */
export function labUp(): Promise<void> {
  fresh ??= freshLab();
  return fresh;
}

/** Told of a host's new keys after `wipe`. */
export function remember(host: LabHost): void {
  found.set(host.name, host);
}

/** What a stack says of one of its hosts. */
export type HostRow = Readonly<Record<string, unknown>> & {
  readonly name: string;
  readonly role: "server" | "agent";
};

/** The row of a host with its pinned key. */
export function row(name: string, more: Readonly<Record<string, unknown>> = {}): HostRow {
  const role = name === "bramble-4" ? "agent" : "server";
  return { name, address: addressOf(name), hostKey: found.get(name)?.hostKey, role, ...more };
}

/** The k3s under test: that of BRAMBLE_K3S_DIRECTORY, else its stand-in. */
export function testedK3s(): Promise<ChosenK3s> {
  return chosenK3s(() => undefined);
}

/** What one run of the program is told. */
export interface StackOptions {
  /** Which stack: each has tokens and an identity of its own. */
  readonly stack: string;
  readonly hosts: readonly HostRow[];
  /** Values of `bramble:k3s` in place of the usual ones. */
  readonly k3s?: Readonly<Record<string, unknown>>;
  readonly dialAttempts?: number;
  /** What an earlier run has made. */
  readonly existing?: readonly string[];
  /** The stack's values instead of all the others. */
  readonly values?: Readonly<Record<string, unknown>>;
}

/** The folder in which a stack keeps its random values and its kubeconfig. */
export function stackFolder(stack: string): string {
  return join(labFolder(lab), stack);
}

async function stackConfig({ hosts, k3s, values }: StackOptions): Promise<InProcessConfig> {
  const { version, directory, sha256 } = await testedK3s();
  const { config, secretKeys } = labConfig(
    {
      hosts: [...found.values()],
      k3s: { version, directory, ...(sha256 === undefined ? {} : { sha256 }) },
      ...{ awaitReady: false, withoutCharts: true },
    },
    sshKeyPath(lab),
  );
  if (values !== undefined) {
    const texts = Object.entries(values).map(([key, value]) => [
      `bramble:${key}`,
      JSON.stringify(value),
    ]);
    const key = { "bramble:sshPrivateKey": config["bramble:sshPrivateKey"] ?? "" };
    return { secretKeys, config: { ...key, ...(Object.fromEntries(texts) as object) } };
  }
  const usual = JSON.parse(config["bramble:k3s"] ?? "{}") as object;
  return {
    secretKeys,
    config: {
      ...config,
      "bramble:hosts": JSON.stringify(hosts),
      "bramble:k3s": JSON.stringify({ ...usual, ...k3s }),
      "bramble:media": JSON.stringify({ enabled: false }),
    },
  };
}

/** A real k3s needs a word of the lab's own on each host; a wipe or a teardown takes it along. */
async function makeFit(hosts: readonly HostRow[]): Promise<void> {
  const k3s = await testedK3s();
  if (!k3s.real) return;
  const quiet = () => undefined;
  // A host that is away or refused is what the test is about.
  await Promise.allSettled(
    hosts.map(({ name }) => prepareForRealK3s(lab, [name], k3s, quiet, ["bramble-4"])),
  );
}

/** Runs the whole program, less platform and media, for a stack on the lab's hosts. */
export async function converge(options: StackOptions, hooks: Hooks = {}): Promise<ProgramResult> {
  await labUp();
  await makeFit(options.hosts);
  const folder = stackFolder(options.stack);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const { dialAttempts, existing = [] } = options;
  const request = { ...(await stackConfig(options)), folder, existing };
  return program(lab, dialAttempts === undefined ? request : { ...request, dialAttempts }, hooks);
}

/** Runs a command on a host as a user, with a standard input, to its end whatever its code. */
export function tryOn(name: string, command: string, input = "", user = "pi"): Promise<Finished> {
  return finish(sshCommand(lab, name, command, user), input);
}

/** Runs a script as root on a host and returns what it printed. */
export async function asRoot(name: string, script: string): Promise<string> {
  const { code, stdout, stderr } = await tryOn(name, "sudo -n bash -s", `set -eu\n${script}\n`);
  if (code !== 0) throw new Error(`${name}: code ${code}\n${script}\n${stdout}${stderr}`);
  return stdout;
}
