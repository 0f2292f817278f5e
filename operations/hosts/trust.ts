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
} from "../ssh/hostKeys";
import { judge, refusal, type Verdict, writePins } from "./pins";

/** What `trust` is told. */
export interface TrustOptions {
  readonly stack: string;
  /** Folder of the stack's file. */
  readonly directory: string;
  /** Pins without asking. */
  readonly yes: boolean;
  /** Names of hosts whose pin may be replaced by another key. */
  readonly replace: readonly string[];
  /** Asks a host for its keys. */
  readonly scan?: (address: SshAddress) => Promise<HostKey[]>;
  /** Asks the operator; true for yes. */
  readonly confirm?: (question: string) => Promise<boolean>;
  readonly print: (text: string) => void;
}

interface Judged {
  readonly host: HostConfig;
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

async function ask(question: string): Promise<boolean> {
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

function complaints(config: Config, stack: string, judged: readonly Judged[]): string[] {
  return judged.flatMap(({ host, verdict }) => {
    if (verdict.kind === "refused") return [refusal(stack, host, verdict)];
    if (verdict.kind !== "unreachable") return [];
    const { address, port } = sshAddress(config, host);
    return [
      `${host.name} does not answer SSH at ${address}:${port}: is it on, on this network, and does it run sshd?`,
    ];
  });
}

/** Writes the whole file or nothing. */
function replaceFile(path: string, text: string): void {
  const temporary = `${path}.new`;
  writeFileSync(temporary, text);
  renameSync(temporary, path);
}

/**
 * Shows the hosts' keys and, once the operator agrees, pins them in the stack's file.
 *
 * @returns the exit code: 0 when every present host is pinned.
 */
export async function trust(options: TrustOptions): Promise<number> {
  const { stack, directory, yes, replace, print } = options;
  const { scan = scanHost, confirm = ask } = options;
  const config = readStackConfig(stack, directory);
  const present = config.hosts.filter(({ state }) => state === "present");
  const stranger = replace.find((name) => !present.some((host) => host.name === name));
  if (stranger !== undefined) throw new Error(`--replace ${stranger}: no such host in the stack`);
  if (present.length === 0) throw new Error(`Pulumi.${stack}.yaml lists no hosts`);

  const judged = await Promise.all(
    present.map(async (host) => ({
      host,
      verdict: judge(host, await scan(sshAddress(config, host)), replace.includes(host.name)),
    })),
  );
  print(table(judged));
  const problems = complaints(config, stack, judged);
  for (const problem of problems) print(`${problem}\n`);

  const pins = new Map(
    judged.flatMap(({ host, verdict }) =>
      verdict.kind === "pin" ? [[host.name, formatHostKey(verdict.key)] as const] : [],
    ),
  );
  if (pins.size === 0) {
    if (problems.length === 0) print("Every host is pinned; nothing to write.\n");
    return problems.length === 0 ? 0 : 1;
  }
  const question = `Pin ${pins.size === 1 ? "this key" : `these ${pins.size} keys`}? Compare the fingerprints first (on the host: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub). Type yes: `;
  if (!yes && !(await confirm(question))) {
    print("\nNothing was written. Answer yes, or run with --yes where nobody can.\n");
    return 1;
  }
  const path = stackFilePath(stack, directory);
  replaceFile(path, writePins(readFileSync(path, "utf8"), pins));
  print(`Pinned in Pulumi.${stack}.yaml: ${[...pins.keys()].join(", ")}\n`);
  return problems.length === 0 ? 0 : 1;
}
