import { basename } from "node:path";
import type { readSecretContent, readSecretFile } from "../formats/read";
import { fileText, readRegularFile } from "../formats/source";
import type { FormatKeys, SecretEntry } from "../formats/types";
import type { ReadSecrets } from "./importSecrets";
import { isKubeconfig, isPrivateKey } from "./looks";

/** A file that is one value, named by what it is or by its own name. */
export function wholeFile(file: string, text: string): SecretEntry | undefined {
  const entry = { value: text, encrypted: false, file, format: "yaml" } as const;
  if (isKubeconfig(text)) return { ...entry, path: ["kubeconfig"] };
  return isPrivateKey(text) ? { ...entry, path: [basename(file)] } : undefined;
}

/** What reads content that is in memory. */
export type ContentReader = typeof readSecretContent;

/** What reads files. */
export type FileReader = typeof readSecretFile;

/**
 * Reads files of secrets, one after the other: of some a person may be asked for the key.
 *
 * @throws Error with one line that names the file and the cause, never a value.
 */
export async function readFiles(
  files: readonly string[],
  keys: FormatKeys,
  readFile: FileReader,
): Promise<ReadSecrets> {
  const entries: SecretEntry[] = [];
  for (const file of files) {
    const whole = wholeFile(file, fileText(file, readRegularFile(file)));
    entries.push(...(whole === undefined ? await readFile({ ...keys, file }) : [whole]));
  }
  const source = files.map((file) => basename(file)).join(", ");
  return { entries, source, fromCluster: false, unread: [] };
}
