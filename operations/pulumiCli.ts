import { spawn } from "node:child_process";
import { projectDirectory } from "./stackFile";

/**
 * The program that is run as the CLI: `pulumi`, or what BRAMBLE_ENGINE names. The lab names its own
 * there where it has no CLI; it takes `up`, `destroy` and `stack output kubeconfig`.
 */
export function engineProgram(): string {
  const named = process.env["BRAMBLE_ENGINE"] ?? "";
  return named === "" ? "pulumi" : named;
}

/**
 * Runs the real CLI in the project's folder.
 *
 * @param input for its standard input, where values belong: arguments show in the process list.
 * @returns what it printed on standard output.
 * @throws Error in one line when there is no CLI or it fails.
 */
export function pulumiCli(
  args: readonly string[],
  directory: string = projectDirectory,
  environment: Readonly<Record<string, string>> = {},
  input?: string,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(engineProgram(), [...args, "--non-interactive"], {
      cwd: directory,
      stdio: ["pipe", "pipe", "pipe"],
      env: { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "1", ...environment },
    });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.on("error", (error: NodeJS.ErrnoException) => {
      reject(
        error.code === "ENOENT"
          ? new Error(
              "the pulumi CLI is not on PATH: install it (https://www.pulumi.com/docs/install/)",
            )
          : error,
      );
    });
    child.on("close", (code) => {
      const why = withMend(lastError(stderr), { ...process.env, ...environment });
      const said = input === undefined || input === "" ? why : why.replaceAll(input.trim(), "…");
      if (code === 0) resolve(stdout);
      else reject(new Error(`pulumi ${args.slice(0, 2).join(" ")}: ${said}`));
    });
    // It may end before it has read all of it, and says why by itself.
    child.stdin.on("error", () => undefined).end(input ?? "");
  });
}

/** Where the passphrase came from, in the order in which the CLI looks for it. */
function passphraseFrom(environment: NodeJS.ProcessEnv): string {
  const direct = environment["PULUMI_CONFIG_PASSPHRASE"];
  const file = environment["PULUMI_CONFIG_PASSPHRASE_FILE"] ?? "";
  if (direct === undefined) return `PULUMI_CONFIG_PASSPHRASE_FILE, ${file}`;
  const over = file === "" ? "" : ", which goes before PULUMI_CONFIG_PASSPHRASE_FILE";
  return `PULUMI_CONFIG_PASSPHRASE${direct === "" ? ", set and empty" : ""}${over}`;
}

/** An error of the CLI, with what to do about it where it does not say so itself. */
export function withMend(why: string, environment: NodeJS.ProcessEnv): string {
  if (why.endsWith("incorrect passphrase")) {
    return `${why}: this stack has another than that of ${passphraseFrom(environment)}`;
  }
  const [, stack] = /no stack named '(.*)' found$/.exec(why) ?? [];
  if (stack === undefined) return why;
  return `${why}: pulumi login to where its state is, or for a new one pulumi stack init ${stack}`;
}

function lastError(stderr: string): string {
  const lines = stderr.split("\n").filter((line) => line.trim() !== "");
  const line = lines.find((text) => text.startsWith("error:")) ?? lines.at(-1) ?? "failed";
  return line.replace(/^error: /, "");
}
