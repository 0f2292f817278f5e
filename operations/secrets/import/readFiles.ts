import { basename } from "node:path";
import { parse } from "yaml";
import type { readSecretContent } from "../formats/read";
import { fileText, readRegularFile } from "../formats/source";
import type { FormatKeys, SecretEntry } from "../formats/types";
import type { ReadSecrets } from "./importSecrets";

/** Whether a text is a kubeconfig: one value, not a file of them. */
export function isKubeconfig(text: string): boolean {
  if (!/^\s*"?kind"?:\s*"?Config"?/m.test(text) || !/^\s*"?clusters"?:/m.test(text)) return false;
  try {
    const { kind, clusters } = parse(text) as { kind?: unknown; clusters?: unknown };
    return kind === "Config" && Array.isArray(clusters);
  } catch {
    return false;
  }
}

/** Whether a text is a private key and nothing else. */
export const isPrivateKey = (text: string): boolean =>
  /^\s*-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text);

/** A file that is one value, named by what it is or by its own name. */
export function wholeFile(file: string, text: string): SecretEntry | undefined {
  const entry = { value: text, encrypted: false, file, format: "yaml" } as const;
  if (isKubeconfig(text)) return { ...entry, path: ["kubeconfig"] };
  return isPrivateKey(text) ? { ...entry, path: [basename(file)] } : undefined;
}

/** What reads the content of files. */
export type ContentReader = typeof readSecretContent;

/** Reads files of secrets, one after the other, for keys of which a person may be asked. */
export async function readFiles(
  files: readonly string[],
  keys: FormatKeys,
  readContent: ContentReader,
): Promise<ReadSecrets> {
  const entries: SecretEntry[] = [];
  for (const file of files) {
    const content = readRegularFile(file);
    const whole = wholeFile(file, fileText(file, content));
    entries.push(
      ...(whole === undefined ? await readContent({ ...keys, file, content }) : [whole]),
    );
  }
  return {
    entries,
    source: files.map((file) => basename(file)).join(", "),
    fromCluster: false,
    unread: [],
  };
}
