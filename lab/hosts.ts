import { type ChildProcess, execFile, spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, openSync, closeSync, readdirSync, readFileSync } from "node:fs";
import { readlinkSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isDeepStrictEqual, promisify } from "node:util";
import { cacheFolder, labFolder } from "./folders";
import { missingPackages } from "./packages";

/** What a lab host is to be. */
export interface LabHostSpec {
  /** Host name: lower case letters, digits and dashes, at most 13 characters. */
  name: string;
  /** IPv4 address in 10.77.0.0/24; 10.77.0.1 is the lab's own. */
  address: string;
  /**
   * Plays a Raspberry Pi: `/boot/firmware/cmdline.txt`, `/sys/firmware/devicetree/base/model`, and no
   * memory cgroup until that file asks for it and the host was rebooted. Default: false.
   */
  pi?: boolean;
  /** Size of the whole disk in MiB, at least 64. Default: as large as the machine's. */
  diskMb?: number;
}

/** A lab host that answered to SSH. */
export interface LabHost {
  name: string;
  address: string;
  /** The host's public key as `ssh-ed25519 AAAA…`. */
  hostKey: string;
}

const scripts = join(__dirname, "hosts");
const run = promisify(execFile);

function hostFolder(lab: string, name: string): string {
  return join(labFolder(lab), "hosts", name);
}

async function script(name: string, ...args: string[]): Promise<string> {
  return (await run(join(scripts, name), args)).stdout;
}

/**
 * The Debian root below every lab host; built on first use (two minutes), then kept in the cache
 * until its recipe changes.
 * @returns its folder
 */
export async function rootFileSystem(): Promise<string> {
  const recipe = createHash("sha256").update(readFileSync(join(scripts, "rootfs.sh")));
  const folder = join(cacheFolder(), `rootfs-${recipe.digest("hex").slice(0, 12)}`);
  await script("rootfs.sh", "build", folder);
  return folder;
}

/** Why this machine cannot have lab hosts, in one line with the mend; undefined when it can. */
export function requirements(): string | undefined {
  if (process.platform !== "linux") {
    return `lab hosts need Linux, this is ${process.platform}`;
  }
  if (process.getuid?.() !== 0) {
    return "lab hosts need root: run this with sudo";
  }
  const missing = missingPackages();
  if (missing.length > 0) return `missing Debian packages: apt-get install ${missing.join(" ")}`;
  if (spawnSync("unshare", ["--net", "--mount", "--pid", "--fork", "true"]).status !== 0) {
    return "this machine does not let root make namespaces (a container without CAP_SYS_ADMIN?)";
  }
  return undefined;
}

/** `argv` as it must be run to reach the lab's hosts: inside the lab's network namespace. */
export function inside(lab: string, argv: readonly string[]): string[] {
  return ["nsenter", `--net=/run/netns/${lab}`, "--", ...argv];
}

/** The private key (a file) that the users `pi` and `nosudo` of every host of the lab accept. */
export function sshKeyPath(lab: string): string {
  return join(labFolder(lab), "ssh", "id_ed25519");
}

/**
 * The whole command that runs `command` on a host, with the host key checked, from outside the lab's
 * network or inside it.
 * @param user `pi` (may use sudo) or `nosudo`. Default: `pi`
 */
export function sshCommand(lab: string, name: string, command: string, user = "pi"): string[] {
  const { address, hostKey } = describe(lab, readSpec(lab, name));
  const knownHosts = join(hostFolder(lab, name), "known_hosts");
  writeFileSync(knownHosts, `${address} ${hostKey}\n`);
  const options = [
    "BatchMode=yes",
    "ConnectTimeout=3",
    "StrictHostKeyChecking=yes",
    "HostKeyAlgorithms=ssh-ed25519",
    "LogLevel=ERROR",
    "IdentitiesOnly=yes",
    `UserKnownHostsFile=${knownHosts}`,
  ].flatMap((option) => ["-o", option]);
  const target = ["-i", sshKeyPath(lab), `${user}@${address}`, "--", command];
  return inside(lab, ["ssh", "-F", "/dev/null", ...options, ...target]);
}

/** Runs `command` on a host and returns its standard output; fails as `execFile` does. */
export async function onHost(lab: string, name: string, command: string): Promise<string> {
  const [file = "", ...args] = sshCommand(lab, name, command);
  return (await run(file, args)).stdout;
}

function readSpec(lab: string, name: string): LabHostSpec {
  const file = join(hostFolder(lab, name), "spec.json");
  if (!existsSync(file)) {
    throw new Error(`${lab} has no host ${name}`);
  }
  return JSON.parse(readFileSync(file, "utf8")) as LabHostSpec;
}

function describe(lab: string, { name, address }: LabHostSpec): LabHost {
  const key = readFileSync(join(hostFolder(lab, name), "host-key.pub"), "utf8");
  return { name, address, hostKey: key.split(" ").slice(0, 2).join(" ") };
}

/** The machine's process id of a host's first process, when the host is on. */
function firstProcess(lab: string, name: string): number | undefined {
  try {
    const pid = readFileSync(join(hostFolder(lab, name), "init.pid"), "utf8").trim();
    const ours = readFileSync(`/proc/${pid}/cgroup`, "utf8").includes(`/${lab}/${name}`);
    const first = /^NSpid:.*\t1$/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
    return ours && first ? Number(pid) : undefined;
  } catch {
    return undefined;
  }
}

/** Names of the lab's hosts that are switched on. */
export function running(lab: string): string[] {
  const folder = join(labFolder(lab), "hosts");
  const names = existsSync(folder) ? readdirSync(folder).sort() : [];
  return names.filter((name) => firstProcess(lab, name) !== undefined);
}

function saveSpec(lab: string, spec: LabHostSpec): void {
  if (!/^[a-z][a-z0-9-]{0,12}$/.test(spec.name)) {
    throw new Error(`${spec.name} is not a lab host's name: a-z, 0-9 and -, at most 13 characters`);
  }
  if (!/^10\.77\.0\.([2-9]|[1-9]\d|1\d\d|2[0-4]\d|25[0-4])$/.test(spec.address)) {
    throw new Error(`${spec.name}: ${spec.address} is not in 10.77.0.2 to 10.77.0.254`);
  }
  const folder = hostFolder(lab, spec.name);
  const file = join(folder, "spec.json");
  if (existsSync(file) && !isDeepStrictEqual(readSpec(lab, spec.name), spec)) {
    throw new Error(`${lab} has another ${spec.name}: take the lab down first`);
  }
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, JSON.stringify(spec));
}

async function answer(lab: string, name: string, supply?: ChildProcess): Promise<void> {
  const deadline = Date.now() + 120_000;
  for (;;) {
    try {
      await onHost(lab, name, "true");
      return;
    } catch (error) {
      const off = (supply?.exitCode ?? null) !== null && firstProcess(lab, name) === undefined;
      if (off || Date.now() > deadline) {
        const log = readFileSync(join(hostFolder(lab, name), "console.log"), "utf8").slice(-2000);
        throw new Error(`${name} does not answer to SSH: ${String(error)}\n${log}`);
      }
      await sleep(200);
    }
  }
}

/** Switches a host on and waits until it answers to SSH; its disk is as it was left. */
export async function boot(lab: string, name: string): Promise<LabHost> {
  const spec = readSpec(lab, name);
  const folder = hostFolder(lab, name);
  const root = await rootFileSystem();
  const pi = spec.pi === true ? "1" : "0";
  const key = `${sshKeyPath(lab)}.pub`;
  await script("disk.sh", "make", folder, root, name, key, pi, String(spec.diskMb ?? 0), lab);
  let supply: ChildProcess | undefined;
  if (firstProcess(lab, name) === undefined) {
    const log = openSync(join(folder, "console.log"), "a", 0o600);
    const args = [lab, name, folder, root, spec.address, pi];
    const stdio = ["ignore" as const, log, log];
    supply = spawn(join(scripts, "supervise.sh"), args, { detached: true, stdio, cwd: "/" });
    supply.unref();
    closeSync(log);
  }
  if (!existsSync(join(folder, "cable.off"))) {
    await answer(lab, name, supply);
  }
  return describe(lab, spec);
}

/** Brings a lab's hosts up, all at once; those that are on stay on. */
export async function up(lab: string, specs: readonly LabHostSpec[]): Promise<LabHost[]> {
  await rootFileSystem();
  const keys = join(labFolder(lab), "ssh");
  mkdirSync(keys, { recursive: true, mode: 0o700 });
  await run("flock", [keys, join(scripts, "network.sh"), "up", lab]);
  const makeKey = '[ -f "$1.pub" ] || { rm -f "$1"; ssh-keygen -qt ed25519 -N "" -C lab -f "$1"; }';
  await run("flock", [keys, "sh", "-c", makeKey, "sh", sshKeyPath(lab)]);
  for (const spec of specs) {
    saveSpec(lab, spec);
  }
  return Promise.all(specs.map((spec) => boot(lab, spec.name)));
}

/** Ends a lab: its processes, cgroup folders, network and files; only the cache stays. */
export async function down(lab: string): Promise<void> {
  await script("down.sh", "down", lab, labFolder(lab));
}

/** What a lab still has on this machine, one line each; nothing after `down`. */
export function leftovers(lab: string): string[] {
  const args = ["check", lab, labFolder(lab)];
  const { stdout } = spawnSync(join(scripts, "down.sh"), args, { encoding: "utf8" });
  return stdout.split("\n").filter(Boolean);
}

/** Pulls a host's plug: every process is killed at once, the disk stays; no-op when it is off. */
export async function powerCut(lab: string, name: string): Promise<void> {
  const pid = firstProcess(lab, name);
  if (pid !== undefined) {
    process.kill(pid, "SIGKILL");
  }
  while (spawnSync(join(scripts, "cgroups.sh"), ["check", lab, name]).status === 0) {
    await sleep(50);
  }
}

/** Replaces a host's disk by a fresh one, with new host keys, and boots it. */
export async function wipe(lab: string, name: string): Promise<LabHost> {
  await powerCut(lab, name);
  const folder = hostFolder(lab, name);
  for (const part of ["disk.complete", "disk", "disk.img", "host-key.pub", "known_hosts"]) {
    rmSync(join(folder, part), { recursive: true, force: true });
  }
  return boot(lab, name);
}

/**
 * Pulls a host's network cable, or plugs it in again; a boot in between changes nothing.
 * @param state `on`: cut off from the others; `off`: connected, and answers to SSH if it is on
 */
export async function partition(lab: string, name: string, state: "on" | "off"): Promise<void> {
  const mark = join(hostFolder(lab, name), "cable.off");
  if (state === "on") {
    writeFileSync(mark, "");
  } else {
    rmSync(mark, { force: true });
  }
  if (firstProcess(lab, name) !== undefined) {
    await script("network.sh", "cable", lab, name, state === "on" ? "off" : "on");
    await (state === "off" ? answer(lab, name) : undefined);
  }
}

/**
 * Moves this program into the lab's network: starts it again there with the same arguments, waits
 * for it and exits with its status. Returns only when already inside.
 */
export async function reexecInside(lab: string): Promise<void> {
  const inode = String(statSync(`/run/netns/${lab}`).ino);
  if (readlinkSync("/proc/self/ns/net") === `net:[${inode}]`) {
    return;
  }
  const argv = [process.execPath, ...process.execArgv, ...process.argv.slice(1)];
  const [file = "", ...args] = inside(lab, argv);
  const child = spawn(file, args, { stdio: "inherit" });
  // The terminal's signals reach the child as well: it decides when to end.
  process.on("SIGINT", () => undefined);
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  await new Promise<never>((_resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code) => process.exit(code ?? 1));
  });
}
