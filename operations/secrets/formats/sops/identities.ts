import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { FileTrouble, fileText, readRegularFile } from "../source";
import type { FormatKeys } from "../types";

/** Where SOPS keeps a user's identities. */
function userConfigFolder(environment: NonNullable<FormatKeys["environment"]>): string {
  const named = environment["XDG_CONFIG_HOME"];
  if (named !== undefined && named !== "") return named;
  const home = environment["HOME"] ?? homedir();
  return process.platform === "darwin"
    ? join(home, "Library", "Application Support")
    : join(home, ".config");
}

/** An age identity, and where it came from. */
export interface AgeIdentity {
  readonly text: string;
  readonly source: string;
}

function identitiesIn(source: string, text: string): AgeIdentity[] {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  const words = lines.filter((line) => line !== "" && !line.startsWith("#")).join(" ");
  return words
    .split(/\s+/)
    .filter((word) => word.startsWith("AGE-"))
    .map((word) => ({ text: word, source }));
}

/**
 * The age identities that SOPS would find, and those of files that are named.
 *
 * @throws FileTrouble when a file that is named cannot be read or holds none.
 * @see https://github.com/getsops/sops#encrypting-using-age
 */
export function ageIdentities(keys: FormatKeys): AgeIdentity[] {
  const environment = keys.environment ?? process.env;
  const named = [...(keys.identityFiles ?? [])];
  const fromEnvironment = environment["SOPS_AGE_KEY_FILE"];
  if (fromEnvironment !== undefined && fromEnvironment !== "") named.push(fromEnvironment);
  const read = (file: string): AgeIdentity[] =>
    identitiesIn(file, fileText(file, readRegularFile(file, "follow")));
  const found = named.flatMap((file) => {
    const identities = read(file);
    if (identities.length > 0) return identities;
    const mend = "one with a passphrase is opened by `age --decrypt` first";
    throw new FileTrouble(file, `holds no age identity (AGE-SECRET-KEY-…); ${mend}`);
  });
  const usual = join(userConfigFolder(environment), "sops", "age", "keys.txt");
  if (existsSync(usual)) found.push(...read(usual));
  return [...found, ...identitiesIn("SOPS_AGE_KEY", environment["SOPS_AGE_KEY"] ?? "")];
}
