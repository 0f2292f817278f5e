import { spawn } from "node:child_process";
import { engineProgram, pulumiCli } from "./pulumiCli";
import { projectDirectory } from "./stackFile";

/** Resources that alone are worked on, by URN. */
export interface EngineTargets {
  /**
   * Commands that run again though nothing about them changed. The engine replaces them, so none of
   * them may have a `delete`.
   */
  readonly again: readonly string[];
  /** Resources whose real state is read first. */
  readonly refresh: readonly string[];
}

/** What carries a changed configuration out: the real CLI, or whatever a test or the lab has. */
export interface Engine {
  /**
   * Converges the stack, or just some of its resources; rejects with one line when that fails.
   */
  readonly up: (targets?: EngineTargets) => Promise<void>;
  /** Removes everything of the stack. */
  readonly destroy: () => Promise<void>;
}

/**
 * Runs the CLI with its output on the terminal.
 *
 * @param environment variables beside the operator's own.
 * @throws Error in one line when it fails.
 */
export function runCli(
  args: readonly string[],
  directory: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(engineProgram(), [...args], {
      cwd: directory,
      stdio: "inherit",
      env: { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "1", ...environment },
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

interface ExportedState {
  readonly deployment?: {
    readonly resources?: readonly { readonly urn: string; readonly delete?: boolean }[];
  };
}

/**
 * URNs of what a run that was cut off had replaced and not forgotten yet. The engine refuses to work
 * on some resources only, unless these are among them.
 */
async function leftByReplacing(stack: string, directory: string): Promise<string[]> {
  if (engineProgram() !== "pulumi") return [];
  const text = await pulumiCli(["stack", "export", "--stack", stack], directory);
  const { deployment } = JSON.parse(text) as ExportedState;
  const left = (deployment?.resources ?? []).filter((resource) => resource.delete === true);
  return [...new Set(left.map(({ urn }) => urn))];
}

/** The CLI, whose output goes to the terminal. It asks nothing: the caller has asked. */
export function pulumiEngine(stack: string, directory: string = projectDirectory): Engine {
  const common = ["--stack", stack, "--yes", "--skip-preview", "--non-interactive"];
  return {
    up: async (targets) => {
      const option = (name: string, urns: readonly string[]) => urns.flatMap((urn) => [name, urn]);
      if (targets === undefined) return runCli(["up", ...common], directory);
      const { again, refresh } = targets;
      const left = await leftByReplacing(stack, directory);
      if (again.length + left.length > 0) {
        const chosen = [...option("--target-replace", again), ...option("--target", left)];
        await runCli(["up", ...common, "--suppress-outputs", ...chosen], directory);
      }
      if (refresh.length > 0) {
        const chosen = ["--refresh", ...option("--target", refresh)];
        await runCli(["up", ...common, "--suppress-outputs", ...chosen], directory);
      }
    },
    destroy: () => runCli(["destroy", ...common], directory),
  };
}
