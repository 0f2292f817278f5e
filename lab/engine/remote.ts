import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import type { Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { z } from "zod";
import { shellQuote } from "../../components/remote/render";
import type { Registration } from "../../operations/inprocess/run";
import type { MadeResource } from "./made";
import type { Note, Outcome } from "./outcome";
import { connectionSchema, runOverSsh, type SessionResult } from "./ssh";

const commandInputs = z.object({
  connection: connectionSchema,
  create: z.string(),
  stdin: z.string().default(""),
  logging: z.string().optional(),
});

const copyInputs = z.object({
  connection: connectionSchema,
  source: z.object({ path: z.string() }),
  remotePath: z.string(),
});

/** What Bramble's scripts say when they looked and changed nothing. */
const quiet = /^(unchanged|none|fit|ready: .*|note: .*|\{.*\})$/;

/** The lines of a script's output that tell of a change. A document was read, not changed. */
function changesIn(stdout: string): string[] {
  if (stdout.startsWith("apiVersion: ")) return [];
  return stdout.split("\n").filter((line) => line.trim() !== "" && !quiet.test(line));
}

function feedText(text: string): (stdin: Writable) => void {
  return (stdin) => {
    stdin.end(text);
  };
}

function failIfFailed(name: string, host: string, { code, stderr, stdout }: SessionResult): void {
  if (code === 0) return;
  const said =
    stderr.trim() === "" ? stdout.trim().split("\n").slice(-5).join("\n") : stderr.trim();
  throw new Error(`${name} on ${host} ended with code ${String(code)}:\n${said}`);
}

/**
 * `command.remote.Command`: its `create`, over SSH. The error of a failure carries what the script
 * itself wrote, and neither the command nor its standard input.
 */
export async function runCommand(
  { name, inputs }: Registration,
  workFolder: string,
  note: Note,
): Promise<Outcome> {
  const { connection, create, stdin, logging } = commandInputs.parse(inputs);
  const secret = logging === "none";
  const result = await runOverSsh(connection, workFolder, {
    command: create,
    feed: feedText(stdin),
    onLine: secret ? () => undefined : note,
  });
  failIfFailed(name, connection.host, result);
  const changes = changesIn(result.stdout);
  return {
    id: name,
    outputs: { stdout: result.stdout.replace(/\n$/, ""), stderr: result.stderr.replace(/\n$/, "") },
    change: changes.length > 0 ? "changed" : result.stdout === "unchanged\n" ? "unchanged" : "read",
    ...(changes.length === 0 || secret ? {} : { summary: changes.join(", ") }),
  };
}

/**
 * `command.remote.Command`: its `delete`, over SSH.
 *
 * @returns the last line it said.
 */
export async function runUndo(
  { name, undo }: MadeResource,
  privateKey: string,
  workFolder: string,
): Promise<string> {
  if (undo === undefined) return "nothing to undo";
  const { command, stdin, ...target } = undo;
  const result = await runOverSsh(connectionSchema.parse({ ...target, privateKey }), workFolder, {
    ...{ command, feed: feedText(stdin), onLine: () => undefined },
  });
  failIfFailed(name, target.host, result);
  return result.stdout.trim().split("\n").at(-1) ?? "";
}

const digests = new Map<string, Promise<string>>();

/** The file's SHA-256; a run sends the same release to every host. */
function fileDigest(path: string): Promise<string> {
  const known = digests.get(path);
  if (known !== undefined) return known;
  const hash = createHash("sha256");
  const digest = pipeline(createReadStream(path), hash).then(() => hash.digest("hex"));
  digests.set(path, digest);
  return digest;
}

/** `command.remote.CopyToRemote` of one file, unless the host has the same already. */
export async function copyToRemote(
  { name, inputs }: Registration,
  workFolder: string,
  note: Note,
): Promise<Outcome> {
  const { connection, source, remotePath } = copyInputs.parse(inputs);
  const target = shellQuote(remotePath);
  const run = async (command: string, feed: (stdin: Writable) => void) => {
    const result = await runOverSsh(connection, workFolder, { command, feed, onLine: note });
    failIfFailed(name, connection.host, result);
    return result;
  };
  const there = await run(`sha256sum ${target} 2>/dev/null || true`, feedText(""));
  if (there.stdout.startsWith(await fileDigest(source.path))) {
    return { id: name, change: "unchanged" };
  }
  await run(`cat >${target}.part && mv -f ${target}.part ${target}`, (stdin) => {
    // A connection that breaks shows in ssh's exit code.
    pipeline(createReadStream(source.path), stdin).catch(() => undefined);
  });
  return { id: name, change: "created", summary: `copied to ${remotePath}` };
}
