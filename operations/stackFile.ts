import { readFileSync } from "node:fs";
import { join } from "node:path";
import { closedSecret } from "../config/closedSecret";
import { parseConfig } from "../config/parse";
import { parseQuietly } from "../config/parseQuietly";
import { problemLine } from "../config/problems";
import type { Config } from "../config/schema";
import { type SecretName, secretNames } from "../config/secrets";
import { readValue } from "../config/values";

/** The folder that holds Pulumi.yaml. */
export const projectDirectory = join(__dirname, "..");

/** The project's name, which is also the prefix of its config keys. */
export const projectName = "bramble";

/** Config as `runInProcess` takes it. */
export interface InProcessConfig {
  readonly config: Record<string, string>;
  readonly secretKeys: string[];
}

/** The path of a stack's file. */
export function stackFilePath(stack: string, directory: string = projectDirectory): string {
  return join(directory, `Pulumi.${stack}.yaml`);
}

/** Whether a value, or one inside it, is encrypted: the CLI then hands all of it over as secret. */
function holdsEncrypted(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return Object.keys(value).join() === "secure" || Object.values(value).some(holdsEncrypted);
}

/**
 * Reads a stack's file as the CLI would hand it to the program. Encrypted values stay closed: each
 * is a text that says so, marked secret.
 *
 * @param given secrets to use in place of the file's, by config key.
 * @throws Error with one line when the stack has no file.
 */
export function readStackFile(
  stack: string,
  given: Partial<Record<SecretName, string>> = {},
  directory: string = projectDirectory,
): InProcessConfig {
  let text: string;
  try {
    text = readFileSync(stackFilePath(stack, directory), "utf8");
  } catch {
    throw new Error(`no Pulumi.${stack}.yaml here: the first argument is the name of a stack`);
  }
  const values =
    (
      parseQuietly(text, `Pulumi.${stack}.yaml`) as {
        config?: Record<string, unknown> | null;
      } | null
    )?.config ?? {};
  const config: Record<string, string> = {};
  const secretKeys: string[] = [];
  for (const [name, value] of Object.entries(values)) {
    const key = name.includes(":") ? name : `${projectName}:${name}`;
    const encrypted = holdsEncrypted(value);
    config[key] = encrypted
      ? closedSecret
      : typeof value === "string"
        ? value
        : JSON.stringify(value);
    if (encrypted) secretKeys.push(key);
  }
  for (const name of secretNames) {
    const value = given[name];
    if (value === undefined) continue;
    config[`${projectName}:${name}`] = value;
    secretKeys.push(`${projectName}:${name}`);
  }
  return { config, secretKeys };
}

/**
 * The configuration in a stack's file, for commands that need its hosts and settings but no secret.
 * Its form must be right; rules it breaks, such as a missing host key, are for the caller.
 *
 * @throws Error with one line per mistake of form.
 */
export function readStackConfig(stack: string, directory: string = projectDirectory): Config {
  const { config, secretKeys } = readStackFile(stack, {}, directory);
  const prefix = `${projectName}:`;
  const values = Object.entries(config)
    .filter(([key]) => key.startsWith(prefix) && !secretKeys.includes(key))
    .map(([key, text]) => [key.slice(prefix.length), readValue(text)] as const)
    .filter(([key]) => !(secretNames as readonly string[]).includes(key));
  const { draft, problems } = parseConfig(Object.fromEntries(values));
  if (draft === undefined) {
    throw new Error(
      [
        `Pulumi.${stack}.yaml: ${problems.length} to mend; nothing was touched`,
        ...problems.map(problemLine),
      ]
        .join("\n")
        .replaceAll("<stack>", stack),
    );
  }
  return draft;
}
