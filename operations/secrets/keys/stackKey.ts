import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseQuietly } from "../../../config/parseQuietly";

/** By what key a stack's file is encrypted, as Pulumi notes it there. */
export interface StackKey {
  /** `passphrase`, the URL of a service's key, `default` (Pulumi's own service), or nothing. */
  readonly provider: string | undefined;
  /** What a passphrase is tried on. */
  readonly salt: string | undefined;
  /** What a service's key opens. */
  readonly encryptedKey: string | undefined;
  /** Number of encrypted values. */
  readonly encrypted: number;
}

function encryptedIn(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  const { secure } = value as { secure?: unknown };
  if (typeof secure === "string") return 1;
  return Object.values(value).reduce<number>((sum, inner) => sum + encryptedIn(inner), 0);
}

/**
 * Reads the key from the text of a stack's file.
 *
 * @see https://github.com/pulumi/pulumi/blob/master/sdk/go/common/workspace/project.go ProjectStack
 */
export function readStackKey(text: string): StackKey {
  const file = (parseQuietly(text, "the stack's file") ?? {}) as Readonly<Record<string, unknown>>;
  const textOf = (key: string): string | undefined => {
    const value = file[key];
    return typeof value === "string" && value !== "" ? value : undefined;
  };
  const salt = textOf("encryptionsalt");
  return {
    provider: textOf("secretsprovider") ?? (salt === undefined ? undefined : "passphrase"),
    ...{ salt, encryptedKey: textOf("encryptedkey"), encrypted: encryptedIn(file["config"]) },
  };
}

/** The keys of all stacks with a file in a folder, by the stack's name. */
export function stackKeysIn(directory: string): ReadonlyMap<string, StackKey> {
  const names = readdirSync(directory).flatMap(
    (name) => /^Pulumi\.([A-Za-z0-9_.-]+)\.yaml$/.exec(name)?.[1] ?? [],
  );
  return new Map(
    names.map((name) => [
      name,
      readStackKey(readFileSync(join(directory, `Pulumi.${name}.yaml`), "utf8")),
    ]),
  );
}
