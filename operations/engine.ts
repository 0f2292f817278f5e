import { spawn } from "node:child_process";
import { projectDirectory } from "./stackFile";

/** What carries a changed configuration out: the real CLI, or whatever a test or the lab has. */
export interface Engine {
  /** Converges the stack; rejects with one line when that fails. */
  readonly up: () => Promise<void>;
  /** Removes everything of the stack. */
  readonly destroy: () => Promise<void>;
}

function runCli(args: readonly string[], directory: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn("pulumi", [...args], {
      cwd: directory,
      stdio: "inherit",
      env: { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "1" },
    });
    child.on("error", (error: NodeJS.ErrnoException) => {
      const missing =
        "the pulumi CLI is not on PATH: install it (https://www.pulumi.com/docs/install/)";
      reject(error.code === "ENOENT" ? new Error(missing) : error);
    });
    child.on("close", (code) => {
      if (code === 0) resolve();
      else reject(new Error(`pulumi ${args.slice(0, 1).join()} failed: see above; run it again`));
    });
  });
}

/** The real CLI, whose output goes to the terminal. It asks nothing: the caller has asked. */
export function pulumiEngine(stack: string, directory: string = projectDirectory): Engine {
  const common = ["--stack", stack, "--yes", "--skip-preview", "--non-interactive"];
  return {
    up: () => runCli(["up", ...common], directory),
    destroy: () => runCli(["destroy", ...common], directory),
  };
}
