import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { down, sshCommand, up } from "../../../lab/hosts";
import { buildStandin } from "../../../lab/standin";

/** The lab of this tier: one host, which is a whole cluster of one server. */
export const lab = "bramble-cluster";

const host = { name: "bramble-1", address: "10.77.0.11" };

const unit = `[Service]
Type=notify
TimeoutStartSec=0
ExecStart=/usr/local/bin/k3s server
`;

const config = `cluster-init: true
node-ip: ${host.address}
secrets-encryption: true
`;

/** What a command left. */
export interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function asRoot(command: string, input: string | Buffer = ""): Finished {
  const [file = "", ...args] = sshCommand(lab, host.name, `sudo -n ${command}`);
  const options = { input, encoding: "utf8", maxBuffer: 2 ** 28 } as const;
  const { status, stdout, stderr } = spawnSync(file, args, options);
  return { code: status ?? 255, stdout, stderr };
}

function succeeded(what: string, { code, stdout, stderr }: Finished): string {
  if (code !== 0) throw new Error(`${what}: code ${code}\n${stdout}${stderr}`);
  return stdout;
}

/**
 * Brings up a cluster that Bramble did not make: the stand-in's server, started by a unit of the
 * test's own.
 *
 * @returns its kubeconfig, for the lab's network
 */
export async function startCluster(): Promise<string> {
  const { directory } = await buildStandin(() => undefined);
  await down(lab);
  await up(lab, [host]);
  const put = (path: string, mode: string, content: string | Buffer) =>
    succeeded(path, asRoot(`install -D -m ${mode} /dev/stdin ${path}`, content));
  put("/usr/local/bin/k3s", "755", readFileSync(join(directory, "k3s")));
  put("/etc/systemd/system/k3s.service", "644", unit);
  put("/etc/rancher/k3s/config.yaml", "600", config);
  succeeded("start", asRoot("systemctl start k3s"));
  const kubeconfig = succeeded("kubeconfig", asRoot("cat /etc/rancher/k3s/k3s.yaml"));
  return kubeconfig.replace("127.0.0.1", host.address);
}

/** Runs kubectl on the server, to its end whatever its code. */
export function tryKubectl(command: string, input?: object): Finished {
  return asRoot(`k3s kubectl ${command}`, input === undefined ? "" : JSON.stringify(input));
}

/** Runs kubectl on the server. */
export function kubectl(command: string, input?: object): string {
  return succeeded(`kubectl ${command}`, tryKubectl(command, input));
}

/** An object as the API stores it. */
export interface Stored {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid: string;
    readonly resourceVersion: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly deletionTimestamp?: string;
  };
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly data?: Readonly<Record<string, string>>;
  readonly status?: Readonly<Record<string, unknown>>;
}

/** What a command run as root on the server prints. */
export function onServer(command: string): string {
  return succeeded(command, asRoot(command));
}

/** Lists objects of some kinds, as kubectl names them: `pods,services`. */
export function list(kinds: string, namespace?: string): Stored[] {
  const scope = namespace === undefined ? "--all-namespaces" : `--namespace ${namespace}`;
  return (JSON.parse(kubectl(`get ${kinds} ${scope} --output json`)) as { items: Stored[] }).items;
}

/** Tries every half second for a minute until it holds; returns what it saw last. */
export async function eventually<T>(look: () => T, holds: (value: T) => boolean): Promise<T> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const value = look();
    if (holds(value) || Date.now() > deadline) return value;
    await sleep(500);
  }
}
