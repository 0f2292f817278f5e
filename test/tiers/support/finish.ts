import { spawn } from "node:child_process";
import { projectDirectory } from "../../../operations/stackFile";

/** What a command left. */
export interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command in the project's folder, with a standard input, to its end whatever its code. */
export function finish(
  argv: readonly string[],
  input = "",
  environment: Readonly<Record<string, string>> = {},
): Promise<Finished> {
  const [file = "", ...args] = argv;
  const child = spawn(file, args, {
    cwd: projectDirectory,
    stdio: ["pipe", "pipe", "pipe"],
    env: { ...process.env, ...environment },
  });
  const finished = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => (finished.stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (finished.stderr += text));
  // A command may end without having read everything.
  child.stdin.on("error", () => undefined);
  child.stdin.end(input);
  return new Promise((resolve, reject) => {
    child.once("error", reject).once("close", (code) => {
      resolve({ ...finished, code: code ?? 255 });
    });
  });
}
