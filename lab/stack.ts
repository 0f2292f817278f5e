import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { type InProcessConfig, readStackFile, stackFilePath } from "../operations/stackFile";
import { stackFolder } from "./folders";
import { sshKeyPath } from "./hosts";
import { labStack } from "./settings";
import { readValue } from "../config/values";

interface StackFile {
  readonly encryptionsalt?: string;
  readonly config?: Readonly<Record<string, unknown>> | null;
}

/** The lab's own stack file as it lies there; empty before the first `up`. */
export function labStackFile(lab: string): StackFile {
  const file = stackFilePath(labStack, stackFolder(lab));
  return existsSync(file) ? ((parse(readFileSync(file, "utf8")) as StackFile | null) ?? {}) : {};
}

/**
 * Writes the lab's own stack file: where operator commands find its hosts, and what they change.
 * Secrets are left out; those the CLI has encrypted there stay.
 */
export function writeLabStack(lab: string, { config, secretKeys }: InProcessConfig): void {
  const folder = stackFolder(lab);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const before = labStackFile(lab);
  const isSecret = ([key]: readonly [string, unknown]): boolean => secretKeys.includes(key);
  const encrypted = Object.entries(before.config ?? {}).filter(isSecret);
  const clear = Object.entries(config)
    .filter((entry) => !isSecret(entry))
    .map(([key, text]): [string, unknown] => [key, readValue(text)]);
  const content = { ...before, config: Object.fromEntries([...clear, ...encrypted]) };
  writeFileSync(join(folder, `Pulumi.${labStack}.yaml`), stringify(content), { mode: 0o600 });
}

/** The lab's own stack file as the CLI would hand it to the program, with the lab's SSH key. */
export function readLabStack(lab: string): InProcessConfig {
  const secrets = { sshPrivateKey: readFileSync(sshKeyPath(lab), "utf8") };
  return readStackFile(labStack, secrets, stackFolder(lab));
}

/** How often each host was begun anew, so that `up` does not go back behind a drill. */
export function labGenerations(lab: string): Map<string, number> {
  const rows = labStackFile(lab).config?.["bramble:hosts"];
  return new Map(
    (Array.isArray(rows) ? (rows as { name: string; generation?: number }[]) : []).map(
      ({ name, generation = 1 }) => [name, generation],
    ),
  );
}
