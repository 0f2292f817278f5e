import type { ReadSecretFileOptions, SecretEntry } from "./types";

/**
 * Reads every value of a file of secrets. Nothing is written anywhere.
 *
 * @throws Error with one line that names the file and the cause, never a value.
 */
export function readSecretFile(options: ReadSecretFileOptions): Promise<readonly SecretEntry[]> {
  return Promise.reject(new Error(`${options.file}: no reader of this format yet`));
}

/** The same of content that is in memory already; `file` is its name in errors. */
export function readSecretContent(
  options: ReadSecretFileOptions & { readonly content: Uint8Array },
): Promise<readonly SecretEntry[]> {
  return Promise.reject(new Error(`${options.file}: no reader of this format yet`));
}
