import { spawn } from "node:child_process";
import { join } from "node:path";
import type { EngineReport } from "../../../lab/engine/engine";
import { inside } from "../../../lab/hosts";
import type { Registration } from "../../../operations/inprocess/run";
import { projectDirectory } from "../../../operations/stackFile";
import type { FromProgram, ProgramRequest, ToProgram } from "./messages";

/** What a run did. */
export interface ProgramResult {
  /** Every resource with its secrets in clear, in the order in which the program asked for them. */
  readonly registrations: readonly Registration[];
  readonly report: EngineReport;
  /** All that a person would have seen. */
  readonly log: readonly string[];
}

/** A run that failed, with what a person would have seen. */
export class ProgramFailure extends Error {
  constructor(
    message: string,
    readonly log: readonly string[],
    /** Resources that were begun. */
    readonly begun: readonly string[],
    /** Resources that were made. */
    readonly made: readonly string[],
  ) {
    super(message);
  }
}

/** Called when a resource is about to be made, which waits for it; `kill` ends the run with SIGKILL. */
export type Hooks = Readonly<Record<string, (kill: () => void) => Promise<void> | void>>;

/**
 * Runs the program against a lab's hosts in a process of its own, inside the lab's network.
 *
 * @throws ProgramFailure
 */
export async function program(
  lab: string,
  request: Omit<ProgramRequest, "hold">,
  hooks: Hooks = {},
): Promise<ProgramResult> {
  const [file = "", ...args] = inside(lab, [
    ...[process.execPath, "--import", "tsx", join(__dirname, "program.ts")],
  ]);
  const child = spawn(file, args, {
    cwd: projectDirectory,
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    // A group of its own: killed at once, its SSH sessions go with it.
    detached: true,
  });
  const kill = () => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    } catch {
      // It has ended by itself.
    }
  };
  process.once("exit", kill);
  child.once("exit", () => process.removeListener("exit", kill));
  const log: string[] = [];
  const begun: string[] = [];
  const made: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (chunk: Buffer) => log.push(chunk.toString("utf8")));
  }
  const tell = (message: ToProgram) => child.send(message);
  return new Promise((resolve, reject) => {
    const fail = (reason: unknown) => {
      kill();
      const message = reason instanceof Error ? reason.message : String(reason);
      reject(new ProgramFailure(message, log, begun, made));
    };
    child.on("error", fail).on("close", () => {
      fail(`the program ended too early:\n${log.join("\n")}`);
    });
    child.on("message", (message: FromProgram) => {
      if (message.kind === "ready") {
        tell({ kind: "run", request: { ...request, hold: Object.keys(hooks) } });
      } else if (message.kind === "log") {
        log.push(message.line);
      } else if (message.kind === "begin") {
        const { name } = message;
        begun.push(name);
        if (!Object.hasOwn(hooks, name)) return;
        Promise.resolve(hooks[name]?.(kill)).then(() => tell({ kind: "go", name }), fail);
      } else if (message.kind === "end") {
        made.push(message.name);
      } else if (message.kind === "done") {
        const { registrations, report } = message;
        resolve({ registrations, report, log });
      } else {
        fail(message.message);
      }
    });
  });
}
