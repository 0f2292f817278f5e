import { spawn } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { childEnvironment } from "../../../childEnvironment";
import { withPrivateFolder } from "../../../privateFolder";

/** A key that ssh may use without it being in any file. */
export interface AgentKey {
  /** Path of the public half: ssh is told to use no other key. */
  readonly identity: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** Runs a program of OpenSSH; what it printed. Rejects without a word of its input. */
export function runSsh(
  program: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
  input = "",
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...args], {
      stdio: ["pipe", "pipe", "pipe"],
      env: childEnvironment(environment),
    });
    let [stdout, stderr] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.on("error", () => {
      reject(new Error(`${program} is missing: install OpenSSH`));
    });
    child.on("close", (code) => {
      const why = stderr.trim().split("\n").at(-1) ?? "failed";
      if (code === 0) resolve(stdout);
      else reject(new Error(`${program}: ${why}`));
    });
    child.stdin.on("error", () => undefined).end(input);
  });
}

/**
 * Options of `ssh` and `sftp` with which they use this key and no other, and trust these hosts and
 * no other.
 *
 * @param knownHosts lines of known_hosts.
 */
export function strictOptions({ identity }: AgentKey, knownHosts: string): string[] {
  const file = join(dirname(identity), "known_hosts");
  writeFileSync(file, `${knownHosts.trimEnd()}\n`);
  const options = [
    ...["BatchMode=yes", "ConnectTimeout=10", "ServerAliveInterval=5", "ServerAliveCountMax=3"],
    ...["StrictHostKeyChecking=yes", "UpdateHostKeys=no"],
    ...[`UserKnownHostsFile=${file}`, "GlobalKnownHostsFile=/dev/null"],
    ...[`IdentityFile=${identity}`, "IdentitiesOnly=yes"],
  ];
  return ["-F", "/dev/null", ...options.flatMap((option) => ["-o", option])];
}

const startMilliseconds = 5000;

async function awaitSocket(path: string): Promise<void> {
  const until = Date.now() + startMilliseconds;
  while (!existsSync(path)) {
    if (Date.now() > until) throw new Error("ssh-agent does not start");
    await sleep(20);
  }
}

/** An agent that outlives its command, because that was killed, forgets the key after a while. */
const lifeSeconds = 900;

/**
 * Works with a private key that an agent of its own holds, for as long as the work takes.
 *
 * @throws Error in one line when it is no private key, or has a passphrase.
 */
export function withAgentKey<T>(key: string, work: (agent: AgentKey) => Promise<T>): Promise<T> {
  return withPrivateFolder(async (folder) => {
    const socket = join(folder, "agent");
    const child = spawn("ssh-agent", ["-D", "-a", socket], {
      stdio: "ignore",
      env: childEnvironment(),
    });
    const missing = new Promise<never>((_resolve, reject) => {
      child.on("error", () => {
        reject(new Error("ssh-agent is missing: install OpenSSH"));
      });
    });
    missing.catch(() => undefined);
    try {
      await Promise.race([awaitSocket(socket), missing]);
      const environment = { SSH_AUTH_SOCK: socket, SSH_ASKPASS_REQUIRE: "never" };
      const adding = ["-q", "-t", String(lifeSeconds), "-"];
      await runSsh("ssh-add", adding, environment, `${key.trimEnd()}\n`).catch(() => {
        throw new Error("it is no private key in OpenSSH's format without a passphrase");
      });
      const identity = join(folder, "key.pub");
      writeFileSync(identity, await runSsh("ssh-add", ["-L"], environment));
      return await work({ identity, environment });
    } finally {
      child.kill();
    }
  });
}
