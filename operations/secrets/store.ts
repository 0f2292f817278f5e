import { spawn } from "node:child_process";
import { type SecretName, secretNames } from "../../config/secrets";
import { engineProgram, pulumiCli } from "../pulumiCli";
import { projectName } from "../stackFile";

/** A stack's encrypted config. */
export interface SecretStore {
  /** The value; undefined where there is none. */
  readonly get: (name: SecretName) => Promise<string | undefined>;
  readonly set: (name: SecretName, value: string) => Promise<void>;
}

/** A stack's encrypted config, which can also be opened as a whole. */
export interface ConfigStore extends SecretStore {
  /** Every encrypted value, each time read anew. One in clear text is none. */
  readonly all: () => Promise<ReadonlyMap<SecretName, string>>;
}

/** What the CLI prints of one key of the config. */
interface ShownValue {
  readonly value?: string;
  readonly secret?: boolean;
}

/** Runs the CLI with a value on its standard input, so that it is in no process list. */
function withInput(args: readonly string[], directory: string, input: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(engineProgram(), [...args, "--non-interactive"], {
      cwd: directory,
      stdio: ["pipe", "ignore", "pipe"],
      env: { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "1" },
    });
    let stderr = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.on("error", (error: NodeJS.ErrnoException) => {
      const missing = "the pulumi CLI is not on PATH: https://www.pulumi.com/docs/install/";
      reject(error.code === "ENOENT" ? new Error(missing) : error);
    });
    child.on("close", (code) => {
      const why = stderr.trim().split("\n").at(-1) ?? "";
      if (code === 0) resolve();
      else reject(new Error(`pulumi ${args.slice(0, 2).join(" ")}: ${why.replaceAll(input, "…")}`));
    });
    child.stdin.on("error", () => undefined).end(input);
  });
}

/**
 * The encrypted config of a stack, by the CLI.
 *
 * @param directory folder of the stack's file.
 * @see https://www.pulumi.com/docs/iac/cli/commands/pulumi_config_set/
 */
export function configStore(stack: string, directory: string): ConfigStore {
  const options = ["--stack", stack];
  return {
    get: async (name) => {
      const known = await pulumiCli(["config", "--json", ...options], directory);
      const keys = Object.keys(JSON.parse(known) as object);
      if (!keys.some((key) => key.split(":").at(-1) === name)) return undefined;
      const value = await pulumiCli(["config", "get", name, ...options], directory);
      return value.replace(/\n$/, "");
    },
    set: (name, value) =>
      withInput(["config", "set", "--secret", name, ...options], directory, value),
    all: async () => {
      const text = await pulumiCli(["config", "--show-secrets", "--json", ...options], directory);
      const shown = new Map(Object.entries(JSON.parse(text) as Record<string, ShownValue>));
      const named = secretNames.flatMap((name) => {
        const { value, secret } = shown.get(`${projectName}:${name}`) ?? {};
        return value === undefined || secret !== true ? [] : [[name, value] as const];
      });
      return new Map(named);
    },
  };
}
