import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { renderTransient, transientInput } from "../../components/remote/render";
import { scriptBundle } from "../../components/remote/scripts";
import type { Config, HostConfig } from "../../config/schema";
import { childEnvironment } from "../childEnvironment";
import { connectionProblem } from "./connectionProblem";
import { bastionOf, knownHostsText, sshOptions } from "./options";
import { sshAddress } from "./hostKeys";

/** How an operator's command reaches the hosts of a stack. */
export interface HostAccess {
  readonly stack: string;
  readonly config: Config;
  /** Private key file; default: the ssh-agent and the operator's own keys. */
  readonly identity?: string | undefined;
  /** Variables beside the operator's own, such as another agent's socket. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
  /** Scripts to send along with those of `components/remote/scripts.ts`, by file name. */
  readonly scripts?: Readonly<Record<string, string>>;
}

/** One script to run as root on one host, in one SSH session. */
export interface HostCall {
  readonly host: HostConfig;
  /** File name of a script in the bundle, such as `k3s.sh`. */
  readonly script: string;
  /** Arguments, never secret: they show in the host's process list. */
  readonly args: readonly string[];
  /** Standard input of the script: the only way a secret travels. */
  readonly input?: string;
  /** Seconds before the run is ended. Default: 600. */
  readonly timeoutSeconds?: number;
}

/** What a script left. */
export interface HostAnswer {
  readonly host: HostConfig;
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Why the host could not be reached, in one line with a mend; the script then never ran. */
  readonly unreachable?: string;
}

interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const mostOutput = 64 * 1024 * 1024;

/** Runs a program to its end, whatever its exit code. */
function run(
  file: string,
  args: readonly string[],
  input: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const options = { maxBuffer: mostOutput, env: childEnvironment(environment) };
    const child = execFile(file, [...args], options, (error, stdout, stderr) => {
      if (error?.code === "ENOENT") reject(new Error(`${file} is missing: install OpenSSH`));
      else resolve({ code: child.exitCode ?? 255, stdout, stderr });
    });
    // A connection that never was does not read.
    child.stdin?.on("error", () => undefined);
    child.stdin?.end(input);
  });
}

/** ssh's own exit code when there was no session. */
const noSession = 255;

async function call(access: HostAccess, folder: string, wanted: HostCall): Promise<HostAnswer> {
  const { stack, config, identity, environment } = access;
  const { host, script, args, input, timeoutSeconds } = wanted;
  const nothing = { host, code: noSession, stdout: "", stderr: "" };
  const bastion = bastionOf(config, host);
  for (const [what, end] of Object.entries({ "": host, "the bastion ": bastion })) {
    if (end === undefined || end.hostKey !== undefined || !config.ssh.requireHostKeys) continue;
    const mend = `run \`npm run hosts -- ${stack} trust\``;
    return { ...nothing, unreachable: `${host.name}: ${what}has no pinned host key: ${mend}` };
  }
  const user = host.user ?? config.ssh.user;
  const { address, port } = sshAddress(config, host);
  const knownHosts = join(folder, host.name);
  writeFileSync(knownHosts, knownHostsText(config, host));
  const finished = await run(
    "ssh",
    [
      ...["-p", String(port), ...sshOptions(config, host, knownHosts, identity)],
      `${user}@${address}`,
      "--",
      renderTransient(user, script, args, timeoutSeconds),
    ],
    scriptBundle({
      ...access.scripts,
      ...(input === undefined ? {} : { [transientInput]: input }),
    }),
    environment,
  );
  const refused = /^sudo: /m.test(finished.stderr) && finished.stdout === "";
  if (finished.code !== noSession && !refused) return { host, ...finished };
  const { name } = host;
  const unreachable = connectionProblem(finished.stderr, { name, address, user, stack, bastion });
  return { host, ...finished, unreachable };
}

/**
 * Runs scripts as root on hosts, all at once, each in one SSH session of its own. The scripts travel
 * with the call and are gone afterwards: it works on a host that Bramble has never touched.
 *
 * @returns the answers in the order of the calls. A script that fails or a host that cannot be
 * reached is an answer too, never an error.
 */
export async function runOnHosts(
  access: HostAccess,
  calls: readonly HostCall[],
): Promise<HostAnswer[]> {
  const folder = mkdtempSync(join(tmpdir(), "bramble-"));
  try {
    return await Promise.all(calls.map((wanted) => call(access, folder, wanted)));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** As {@link runOnHosts} for one host; throws one line when the script fails or never ran. */
export async function runOnHost(access: HostAccess, wanted: HostCall): Promise<string> {
  const [answer] = await runOnHosts(access, [wanted]);
  if (answer === undefined) throw new Error(`${wanted.host.name}: no answer`);
  if (answer.unreachable !== undefined) throw new Error(answer.unreachable);
  if (answer.code !== 0) throw new Error(failureOf(answer));
  return answer.stdout;
}

/** The last line a failed script said, which names host and mend. */
export function failureOf({ host, code, stderr, stdout }: HostAnswer): string {
  const lines = `${stdout}\n${stderr}`.split("\n").filter((line) => line.trim() !== "");
  const told = lines.filter((line) => line.startsWith("bramble: ")).at(-1) ?? lines.at(-1);
  if (code === 124)
    return `${host.name}: did not finish in its time${told === undefined ? "" : `: ${told}`}`;
  return (told ?? `${host.name}: ended with code ${code}`).replace(/^bramble: /, "");
}

/** The hosts of a stack that are there. */
export function presentHosts({ hosts }: Config): HostConfig[] {
  return hosts.filter(({ state }) => state === "present");
}
