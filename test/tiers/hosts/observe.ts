import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { inside } from "../../../lab/hosts";
import type { Registration } from "../../../operations/inprocess/run";
import { addressOf, asRoot, lab, stackFolder, tryOn } from "./lab";

/**
 * All that a run may change of a host, one line for each file: content, owner, mode and time. The
 * scripts themselves may be put there again, with the same content, and figures are written by a timer.
 */
export async function fingerprint(name: string): Promise<string[]> {
  const metrics = "/var/lib/bramble/metrics";
  const folders = "/etc /usr/local /boot /var/lib/bramble";
  const text = await asRoot(
    name,
    `shopt -s nullglob
     find ${folders} -not -path '/usr/local/lib*' -not -path '${metrics}*' -printf '%p %m %U:%G %s %T@ %l\\n' 2>/dev/null || true
     find ${folders} -type f -not -path '${metrics}*' -exec sha256sum {} + 2>/dev/null || true
     sysctl vm.overcommit_memory vm.panic_on_oom kernel.panic
     uname -n`,
  );
  return text.split("\n").sort();
}

/** What is in one look and not in the other. */
export function differences(before: readonly string[], after: readonly string[]): string[] {
  return [
    ...before.filter((line) => !after.includes(line)).map((line) => `- ${line}`),
    ...after.filter((line) => !before.includes(line)).map((line) => `+ ${line}`),
  ];
}

/** Since when a host's k3s runs, as which process, and how often it was restarted. */
export function runningSince(name: string): Promise<string> {
  const unit = name === "bramble-4" ? "k3s-agent" : "k3s";
  const properties = "ExecMainPID,ExecMainStartTimestampMonotonic,NRestarts,ActiveState";
  return asRoot(name, `systemctl show ${unit} --property=${properties}`);
}

/** The kernel's id of this boot. */
export async function bootId(name: string): Promise<string> {
  return (await tryOn(name, "cat /proc/sys/kernel/random/boot_id")).stdout.trim();
}

/** Names of the Ready nodes in order; those that vote in etcd end in `*`. */
export async function readyNodes(through: string): Promise<string[]> {
  const status = (type: string) => `{.status.conditions[?(@.type=="${type}")].status}`;
  const line = `{.metadata.name} ${status("Ready")} ${status("EtcdIsVoter")}{"\\n"}`;
  const text = await asRoot(
    through,
    `k3s kubectl get nodes --output 'jsonpath={range .items[*]}${line}{end}'`,
  );
  return text
    .split("\n")
    .map((words) => words.split(" "))
    .filter(([, ready]) => ready === "True")
    .map(([name = "", , voter]) => (voter === "True" ? `${name}*` : name))
    .sort();
}

/** Tries until it holds; for what the cluster does by itself after a command has ended. */
export async function eventually<T>(look: () => Promise<T>, holds: (value: T) => boolean) {
  const deadline = Date.now() + 120_000;
  for (;;) {
    const value = await look().catch(() => undefined);
    if (value !== undefined && holds(value)) return value;
    if (Date.now() > deadline) return look();
    await sleep(1000);
  }
}

/** What the published port of a host answers, as another host would see it. */
export function webAnswer(name: string): string {
  const [file = "", ...args] = inside(lab, [
    ...["curl", "--silent", "--max-time", "3", `http://${addressOf(name)}:8080/`],
  ]);
  return spawnSync(file, args, { encoding: "utf8" }).stdout;
}

/** Every random secret that a stack was given: tokens, not identities. */
export function drawnSecrets(stack: string): string[] {
  const file = readFileSync(join(stackFolder(stack), "random.json"), "utf8");
  const kept = JSON.parse(file) as Record<string, { outputs: { result: string } }>;
  return Object.entries(kept)
    .filter(([urn]) => urn.includes("RandomPassword"))
    .map(([, { outputs }]) => outputs.result);
}

/** The admin kubeconfig of a stack, as its program was given it. */
export function readKubeconfig(stack: string): string {
  return readFileSync(join(stackFolder(stack), "kubeconfig"), "utf8");
}

/** The command that a resource runs on its host, as the engine was asked to run it. */
export function commandOf(
  registrations: readonly Registration[],
  name: string,
): { create: string; delete: string; stdin: string; host: string } {
  const found = registrations.find((registration) => registration.name === name);
  if (found === undefined) throw new Error(`no resource ${name}`);
  const { connection, ...inputs } = found.inputs as Record<string, string> & {
    connection: { host: string };
  };
  const text = (key: string) => inputs[key] ?? "";
  return {
    ...{ create: text("create"), delete: text("delete"), stdin: text("stdin") },
    host: `bramble-${connection.host.slice(-1)}`,
  };
}
