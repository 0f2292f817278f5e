import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Writable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";

const endSchema = z.object({
  host: z.string(),
  port: z.number().default(22),
  user: z.string().default("root"),
  privateKey: z.string().optional(),
  hostKey: z.string().optional(),
  /** Dial attempts. */
  dialErrorLimit: z.number().default(10),
  /** Seconds of one attempt. */
  perDialTimeout: z.number().default(15),
});

/** A connection as `command.remote` is given it. @see components/remote/connection.ts */
export const connectionSchema = endSchema.extend({ proxy: endSchema.optional() });

type End = z.output<typeof endSchema>;

type Connection = z.output<typeof connectionSchema>;

/** One command on a host. */
export interface Session {
  readonly command: string;
  /** Writes and ends the standard input; called anew for each attempt. */
  readonly feed: (stdin: Writable) => void;
  /** Given each line of output as it comes. */
  readonly onLine: (line: string) => void;
}

/** What a command left. */
export interface SessionResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
}

const pause = { first: 100, factor: 1.5, longest: 5000 };

/** Options of one end, with key and pinned host key in files that only we can read. */
function endOptions(end: End, folder: string): string[] {
  const { host, hostKey, perDialTimeout, privateKey, port } = end;
  const knownHosts = join(folder, "known_hosts");
  const name = port === 22 ? host : `[${host}]:${String(port)}`;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(knownHosts, hostKey === undefined ? "" : `${name} ${hostKey}\n`);
  const key = join(folder, "key");
  if (privateKey !== undefined) {
    writeFileSync(key, privateKey.endsWith("\n") ? privateKey : `${privateKey}\n`, { mode: 0o600 });
  }
  const options = [
    "BatchMode=yes",
    `ConnectTimeout=${String(perDialTimeout)}`,
    `StrictHostKeyChecking=${hostKey === undefined ? "accept-new" : "yes"}`,
    `UserKnownHostsFile=${knownHosts}`,
    "GlobalKnownHostsFile=/dev/null",
    "LogLevel=ERROR",
    "ServerAliveInterval=15",
    ...(hostKey === undefined ? [] : [`HostKeyAlgorithms=${hostKey.split(" ")[0] ?? ""}`]),
    ...(privateKey === undefined ? [] : ["IdentitiesOnly=yes", `IdentityFile=${key}`]),
  ];
  return ["-F", "/dev/null", ...options.flatMap((option) => ["-o", option])];
}

function proxyOptions(proxy: End | undefined, folder: string): string[] {
  if (proxy === undefined) return [];
  const options = endOptions(proxy, join(folder, "proxy"));
  const to = `${proxy.user}@${proxy.host}`;
  const words = ["ssh", ...options, "-p", String(proxy.port), "-W", "%h:%p", to];
  return ["-o", `ProxyCommand=${words.join(" ")}`];
}

/** The client's arguments. */
function clientArguments(connection: Connection, folder: string): string[] {
  const { host, user, port, proxy } = connection;
  return [
    ...endOptions(connection, folder),
    // Runs here once the host has let us in, and so tells a failed dial from a failed command.
    ...["-o", "PermitLocalCommand=yes", "-o", `LocalCommand=: >${join(folder, "connected")}`],
    ...proxyOptions(proxy, folder),
    ...["-p", String(port), `${user}@${host}`, "--"],
  ];
}

async function attempt(args: readonly string[], session: Session): Promise<SessionResult> {
  const child = spawn("ssh", [...args, session.command], { stdio: ["pipe", "pipe", "pipe"] });
  const parts = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
  for (const stream of ["stdout", "stderr"] as const) {
    child[stream].on("data", (chunk: Buffer) => parts[stream].push(chunk));
    createInterface({ input: child[stream] }).on("line", session.onLine);
  }
  // A command may end without having read everything.
  child.stdin.on("error", () => undefined);
  session.feed(child.stdin);
  const code = await new Promise<number>((resolve, reject) => {
    child.once("error", reject).once("close", (status) => {
      resolve(status ?? 255);
    });
  });
  const text = (stream: "stdout" | "stderr") => Buffer.concat(parts[stream]).toString("utf8");
  return { stdout: text("stdout"), stderr: text("stderr"), code };
}

/**
 * Runs one command on a host with the machine's OpenSSH client. A failed dial is tried again as
 * often and with the same pauses as Pulumi's provider does; a command that began never is.
 *
 * @param workFolder where key and known host lie meanwhile; nobody else may read it
 * @throws when the host could not be dialled, with what the client said last
 */
export async function runOverSsh(
  connection: Connection,
  workFolder: string,
  session: Session,
): Promise<SessionResult> {
  const folder = mkdtempSync(join(workFolder, "ssh-"));
  try {
    const args = clientArguments(connection, folder);
    const attempts = connection.dialErrorLimit;
    for (let number = 1, delay = pause.first; ; number += 1) {
      const result = await attempt(args, session);
      if (existsSync(join(folder, "connected"))) return result;
      const reason = result.stderr.trim();
      if (number >= attempts) {
        throw new Error(
          `${connection.host} could not be dialled in ${String(number)} attempts: ${reason}`,
        );
      }
      session.onLine(`dialling again: ${reason.split("\n").at(-1) ?? ""}`);
      await sleep(delay);
      delay = Math.min(delay * pause.factor, pause.longest);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
