import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { createInterface } from "node:readline";
import { parse, stringify } from "yaml";
import { type InProcessConfig, projectDirectory } from "../../operations/stackFile";
import { labFolder, stackFolder } from "../folders";
import type { Progress } from "../progress";
import { labStack } from "../settings";
import { labStackFile, writeLabStack } from "../stack";

/** What the engine did in one `up`. */
export interface EngineResult {
  /** Number of resources by what was done: `same`, `create`, `update`, … */
  readonly changes: Readonly<Record<string, number>>;
  readonly kubeconfigFile: string;
}

const told = /\b(created|updated|replaced|deleted|failed|error)\b/;

/** Makes a project of the lab's own whose program is the checkout's: nothing is written there. */
function writeProject(lab: string, config: InProcessConfig): void {
  const folder = stackFolder(lab);
  writeLabStack(lab, config);
  const project = parse(readFileSync(join(projectDirectory, "Pulumi.yaml"), "utf8")) as object;
  const main = relative(folder, projectDirectory);
  writeFileSync(join(folder, "Pulumi.yaml"), stringify({ ...project, main }));
  const passphrase = join(folder, "passphrase");
  if (!existsSync(passphrase)) {
    writeFileSync(passphrase, randomBytes(24).toString("base64"), { mode: 0o600 });
  }
}

/** The environment in which the CLI finds the lab's state. */
export function pulumiEnvironment(lab: string): Record<string, string | undefined> {
  const folder = stackFolder(lab);
  return {
    PULUMI_BACKEND_URL: `file://${join(folder, "state")}`,
    PULUMI_CONFIG_PASSPHRASE: undefined,
    PULUMI_CONFIG_PASSPHRASE_FILE: join(folder, "passphrase"),
    PULUMI_SKIP_UPDATE_CHECK: "1",
  };
}

/**
 * Runs `pulumi up` of the lab's stack with the real CLI, its state and its passphrase in the lab's
 * folder. Secrets reach it by standard input.
 *
 * @throws when the CLI fails, with the end of what it said
 */
export async function pulumiUp(
  lab: string,
  config: InProcessConfig,
  progress: Progress,
): Promise<EngineResult> {
  const folder = stackFolder(lab);
  mkdirSync(join(folder, "state"), { recursive: true, mode: 0o700 });
  writeProject(lab, config);

  const run = (args: readonly string[], input = "", onLine?: (line: string) => void) =>
    new Promise<string>((resolve, reject) => {
      const child = spawn("pulumi", [...args, "--non-interactive"], {
        cwd: folder,
        env: { ...process.env, ...pulumiEnvironment(lab) },
        stdio: ["pipe", "pipe", "pipe"],
      });
      const said = { stdout: "", stderr: "" };
      for (const stream of ["stdout", "stderr"] as const) {
        child[stream].setEncoding("utf8").on("data", (text: string) => {
          said[stream] += text;
        });
      }
      if (onLine !== undefined) createInterface({ input: child.stdout }).on("line", onLine);
      child.stdin.on("error", () => undefined).end(input);
      child.once("error", reject).once("close", (code) => {
        const end = `${said.stdout}${said.stderr}`.trim().split("\n").slice(-60).join("\n");
        if (code === 0) resolve(said.stdout);
        else reject(new Error(`pulumi ${args[0] ?? ""} ended with code ${String(code)}:\n${end}`));
      });
    });

  await run(["stack", "select", "--create", labStack]);
  const known = labStackFile(lab).config ?? {};
  for (const key of config.secretKeys.filter((name) => known[name] === undefined)) {
    await run(["config", "set", "--secret", key], config.config[key]);
  }
  // An `up` that was killed leaves its lock behind.
  await run(["cancel", "--yes"]).catch(() => undefined);
  const step = progress.begin("pulumi up");
  await run(["up", "--yes", "--skip-preview", "--color", "never"], "", (line) => {
    step.note(line);
    if (told.test(line)) progress.say(line.trim());
  });
  step.end();

  const history = JSON.parse(await run(["stack", "history", "--json", "--page-size", "1"])) as {
    resourceChanges?: Record<string, number>;
  }[];
  const kubeconfigFile = join(labFolder(lab), "kubeconfig");
  const kubeconfig = await run(["stack", "output", "kubeconfig", "--show-secrets"]);
  writeFileSync(kubeconfigFile, kubeconfig, { mode: 0o600 });
  return { changes: history[0]?.resourceChanges ?? {}, kubeconfigFile };
}
