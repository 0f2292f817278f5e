import type { SecretName } from "../../config/secrets";
import { governanceFolder } from "../governance";
import { pulumiCli } from "../pulumiCli";
import { projectDirectory } from "../stackFile";
import { noteSecrets } from "./trail";

/** Why a secret is read in clear, and from which stack. */
export interface SecretReading {
  readonly stack: string;
  /** Folder of the stack's file. Default: the project's. */
  readonly directory?: string | undefined;
  /** In a few words. `BRAMBLE_REASON` says more, where an operator has more to say. */
  readonly reason: string;
}

/** Outputs that have another name than their secret. */
const outputs: ReadonlyMap<string, string> = new Map([["mediaLoginPassword", "mediaPassword"]]);

/** Why, in the trail's words: what the operator said, or what the command is for and its name. */
function reasonOf(reason: string, environment: NodeJS.ProcessEnv): string {
  const told = environment["BRAMBLE_REASON"] ?? "";
  const command = environment["npm_lifecycle_event"] ?? "";
  const why = told === "" ? reason : `${told}; ${reason}`;
  return command === "" ? why : `${why} (npm run ${command})`;
}

async function read(
  name: string,
  args: readonly string[],
  { stack, directory = projectDirectory, reason }: SecretReading,
): Promise<string> {
  const cli = (words: readonly string[]) => pulumiCli([...words, "--stack", stack], directory);
  const note = (outcome: "done" | "failed", value?: string, key?: string): void => {
    const event = { action: "read", secrets: [{ name, value }], outcome } as const;
    noteSecrets(
      stack,
      { ...event, reason: reasonOf(reason, process.env) },
      { key, folder: governanceFolder(directory) },
    );
  };
  // Without the key of fingerprints the reading is noted all the same.
  const key = cli(["config", "get", "trailKey"]).then(
    (text) => text.trim(),
    () => undefined,
  );
  let value: string;
  try {
    value = await cli(args);
  } catch (error) {
    await key;
    note("failed");
    throw error;
  }
  note("done", value.replace(/\n$/, ""), await key);
  return value;
}

/**
 * Reads a secret output of a stack in clear, and notes who did in the trail.
 *
 * @param name the secret's, or the output's.
 * @returns what the CLI printed, with its line end.
 * @throws Error in one line when the stack has none or cannot be opened.
 */
export function readSecretOutput(name: string, reading: SecretReading): Promise<string> {
  const output = outputs.get(name) ?? name;
  const [noted] = [...outputs].find(([, one]) => one === output) ?? [name];
  return read(noted, ["stack", "output", output, "--show-secrets"], reading);
}

/** Reads a secret of a stack's encrypted config in clear, as {@link readSecretOutput} does. */
export function readConfigSecret(name: SecretName, reading: SecretReading): Promise<string> {
  return read(name, ["config", "get", name], reading);
}
