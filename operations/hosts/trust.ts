import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline/promises";
import type { Config, HostConfig } from "../../config/schema";
import { readStackConfig, stackFilePath } from "../stackFile";
import { renderTable } from "../table";
import {
  fingerprint,
  formatHostKey,
  type HostKey,
  scanHost,
  sshAddress,
  type SshAddress,
} from "../connection/hostKeys";
import { bastionOf, type SshEnd } from "../connection/options";
import { scanThrough } from "../connection/scanThrough";
import { judge, refusal, type Verdict, writeBastionPin, writePins } from "./pins";

/** What `trust` is told. */
export interface TrustOptions {
  readonly stack: string;
  /** Folder of the stack's file. */
  readonly directory: string;
  /** Pins without asking. */
  readonly yes: boolean;
  /** Names of hosts whose pin may be replaced by another key; `ssh.bastion` for the bastion's. */
  readonly replace: readonly string[];
  /** Private key file for the bastion; default: the ssh-agent and the operator's own keys. */
  readonly identity?: string;
  /** Asks a host for its keys. */
  readonly scan?: (address: SshAddress) => Promise<HostKey[]>;
  /** Asks a host behind a bastion for its keys. */
  readonly scanBehind?: typeof scanThrough;
  /** Asks the operator; true for yes. */
  readonly confirm?: (question: string) => Promise<boolean>;
  readonly print: (text: string) => void;
}

/** A machine whose key is pinned. */
type Machine = Pick<HostConfig, "name" | "address">;

interface Judged {
  readonly host: Machine;
  readonly port: number;
  readonly verdict: Verdict;
}

const states = {
  pin: "new",
  pinned: "pinned already",
  refused: "REFUSED: another key is pinned",
  unreachable: "unreachable",
} as const satisfies Record<Verdict["kind"], string>;

function stateOf(verdict: Verdict): string {
  return verdict.kind === "pin" && verdict.was !== undefined
    ? `replaces ${fingerprint(verdict.was)}`
    : states[verdict.kind];
}

function table(judged: readonly Judged[]): string {
  return renderTable([
    ["HOST", "ADDRESS", "TYPE", "FINGERPRINT", "STATE"],
    ...judged.map(({ host, verdict }) =>
      verdict.kind === "unreachable"
        ? [host.name, host.address, "-", "-", stateOf(verdict)]
        : [host.name, host.address, verdict.key.type, fingerprint(verdict.key), stateOf(verdict)],
    ),
  ]);
}

export async function ask(question: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const closed = new Promise<string>((resolve) =>
    terminal.once("close", () => {
      resolve("");
    }),
  );
  try {
    const answer = await Promise.race([terminal.question(question), closed]);
    return answer.trim().toLowerCase() === "yes";
  } finally {
    terminal.close();
  }
}

function complaints(stack: string, judged: readonly Judged[], through: string): string[] {
  return judged.flatMap(({ host, port, verdict }) => {
    if (verdict.kind === "refused") return [refusal(stack, host, verdict)];
    if (verdict.kind !== "unreachable") return [];
    return [
      `${host.name} does not answer SSH at ${host.address}:${port}${through}: is it on, on this network, and does it run sshd?`,
    ];
  });
}

/** Writes the whole file or nothing. */
export function replaceFile(path: string, text: string): void {
  const temporary = `${path}.new`;
  writeFileSync(temporary, text);
  renameSync(temporary, path);
}

/** The name that `--replace` and the table have for the bastion. */
const bastionName = "ssh.bastion";

/** Pins machines once the operator agrees. */
async function pin(
  options: TrustOptions,
  judged: readonly Judged[],
  write: (text: string, pins: ReadonlyMap<string, string>) => string,
): Promise<"pinned" | "declined" | "nothing to pin"> {
  const { stack, directory, yes, confirm = ask, print } = options;
  const pins = new Map(
    judged.flatMap(({ host, verdict }) =>
      verdict.kind === "pin" ? [[host.name, formatHostKey(verdict.key)] as const] : [],
    ),
  );
  if (pins.size === 0) return "nothing to pin";
  const question = `Pin ${pins.size === 1 ? "this key" : `these ${pins.size} keys`}? Compare the fingerprints first (on the host: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub). Type yes: `;
  if (!yes && !(await confirm(question))) {
    print("\nNothing was written. Answer yes, or run with --yes where nobody can.\n");
    return "declined";
  }
  const path = stackFilePath(stack, directory);
  replaceFile(path, write(readFileSync(path, "utf8"), pins));
  print(`Pinned in Pulumi.${stack}.yaml: ${[...pins.keys()].join(", ")}\n`);
  return "pinned";
}

/**
 * Pins the bastion: the hosts behind it are asked for their keys through it.
 *
 * @returns the pinned bastion, if the stack has one; an exit code when it stays unpinned.
 */
async function trustBastion(
  options: TrustOptions,
  config: Config,
): Promise<{ bastion?: SshEnd; code?: number }> {
  const bastion = bastionOf(config);
  if (bastion === undefined) return {};
  const { stack, replace, print, scan = scanHost } = options;
  const verdict = judge(bastion, await scan(bastion), replace.includes(bastionName));
  const { address, port } = bastion;
  const judged = [{ host: { name: bastionName, address }, port, verdict }];
  if (verdict.kind !== "pinned") print(table(judged));
  for (const problem of complaints(stack, judged, "")) print(`${problem}\n`);
  if (!("key" in verdict) || verdict.kind === "refused") return { code: 1 };
  const key = formatHostKey(verdict.key);
  const end = { ...bastion, hostKey: key };
  if (verdict.kind === "pinned") return { bastion: end };
  const outcome = await pin(options, judged, (text) => writeBastionPin(text, key));
  return outcome === "pinned" ? { bastion: end } : { code: 1 };
}

/**
 * Shows the keys of the hosts, and of the bastion before them, and once the operator agrees pins
 * them in the stack's file.
 *
 * @returns the exit code: 0 when every present host is pinned.
 */
export async function trust(options: TrustOptions): Promise<number> {
  const { stack, directory, replace, print, identity } = options;
  const { scan = scanHost, scanBehind = scanThrough } = options;
  const config = readStackConfig(stack, directory);
  const present = config.hosts.filter(({ state }) => state === "present");
  const known = [...present.map(({ name }) => name), ...(config.ssh.bastion ? [bastionName] : [])];
  const stranger = replace.find((name) => !known.includes(name));
  if (stranger !== undefined) throw new Error(`--replace ${stranger}: no such host in the stack`);
  if (present.length === 0) throw new Error(`Pulumi.${stack}.yaml lists no hosts`);

  const { bastion, code } = await trustBastion(options, config);
  if (code !== undefined) return code;
  const keysOf = (host: HostConfig): Promise<HostKey[]> =>
    bastion === undefined || bastion.address === host.address
      ? scan(sshAddress(config, host))
      : scanBehind(bastion, sshAddress(config, host), identity);
  const judged = await Promise.all(
    present.map(async (host) => ({
      host,
      port: sshAddress(config, host).port,
      verdict: judge(host, await keysOf(host), replace.includes(host.name)),
    })),
  );
  print(table(judged));
  const through = bastion === undefined ? "" : ` through ${bastion.address}`;
  const problems = complaints(stack, judged, through);
  for (const problem of problems) print(`${problem}\n`);
  const outcome = await pin(options, judged, writePins);
  if (outcome === "nothing to pin" && problems.length === 0) {
    print("Every host is pinned; nothing to write.\n");
  }
  return problems.length === 0 && outcome !== "declined" ? 0 : 1;
}
