import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { parse, stringify } from "yaml";
import { runCli } from "../engine";
import { engineProgram, pulumiCli } from "../pulumiCli";
import { projectDirectory, projectName, stackFilePath } from "../stackFile";
import type { Sections } from "./derive";

/** What carries a rehearsal out: the real CLI, or whatever a test has. */
export interface RehearsalEngine {
  /** Converges the cluster to these sections. */
  readonly up: (sections: Sections) => Promise<void>;
  /** Whether the cluster is not as it was left. */
  readonly differs: () => Promise<boolean>;
  /** Brings back what somebody changed. */
  readonly heal: () => Promise<void>;
  /** Removes everything of the rehearsal. */
  readonly destroy: () => Promise<void>;
}

const stack = "rehearsal";

/** Hands a secret to the CLI by standard input. */
function setSecret(
  key: string,
  value: string,
  directory: string,
  environment: Readonly<Record<string, string>>,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const args = ["config", "set", "--secret", key, "--stack", stack, "--non-interactive"];
    const child = spawn(engineProgram(), args, {
      cwd: directory,
      stdio: ["pipe", "ignore", "ignore"],
      env: { ...process.env, ...environment },
    });
    child.on("error", reject).on("close", (code) => {
      if (code === 0) resolve();
      else reject(new Error(`pulumi config set ${key} failed`));
    });
    child.stdin.end(value);
  });
}

/** Secrets of the real stack that a rehearsal needs too, by their config keys. */
export type RehearsalSecrets = Readonly<Record<string, string>>;

/**
 * Works with the real CLI on a project of its own, whose program is the checkout's. State, passphrase
 * and stack file lie in a folder that is gone afterwards: a rehearsal leaves nothing in the backend.
 */
export async function withPulumiRehearsal<T>(
  secrets: RehearsalSecrets,
  work: (engine: RehearsalEngine) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "bramble-rehearsal-"));
  try {
    const project = parse(readFileSync(join(projectDirectory, "Pulumi.yaml"), "utf8")) as object;
    const main = relative(folder, projectDirectory);
    writeFileSync(join(folder, "Pulumi.yaml"), stringify({ ...project, main }));
    mkdirSync(join(folder, "state"), { mode: 0o700 });
    const passphrase = join(folder, "passphrase");
    writeFileSync(passphrase, randomBytes(24).toString("base64"), { mode: 0o600 });
    const environment = {
      PULUMI_BACKEND_URL: `file://${join(folder, "state")}`,
      PULUMI_CONFIG_PASSPHRASE_FILE: passphrase,
      // An empty one would win over the file.
      PULUMI_CONFIG_PASSPHRASE: readFileSync(passphrase, "utf8"),
    };
    const file = stackFilePath(stack, folder);
    await pulumiCli(["stack", "init", stack], folder, environment);
    for (const [key, value] of Object.entries(secrets)) {
      await setSecret(key, value, folder, environment);
    }
    const before = readFileSync(file, "utf8");
    const common = ["--stack", stack, "--yes", "--skip-preview", "--non-interactive"];
    const cli = (...args: string[]) => runCli(args, folder, environment);
    return await work({
      up: (sections) => {
        const base = parse(before) as { config?: object };
        const values = Object.entries(sections).map(([key, value]) => [
          `${projectName}:${key}`,
          value,
        ]);
        const config = { ...base.config, ...(Object.fromEntries(values) as object) };
        writeFileSync(file, stringify({ ...base, config }));
        return cli("up", ...common);
      },
      differs: () =>
        pulumiCli(
          ["preview", "--refresh", "--expect-no-changes", "--stack", stack],
          folder,
          environment,
        ).then(
          () => false,
          (error: unknown) => {
            if (String(error).includes("no changes were expected")) return true;
            throw error;
          },
        ),
      heal: () => cli("up", "--refresh", ...common),
      destroy: () => cli("destroy", ...common),
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
