import { RE2JS } from "re2js";
import { FileTrouble } from "../source";
import type { SopsMetadata } from "./metadata";

/** The rule hangs on comments, which other programs than SOPS place elsewhere. */
export function hangsOnComments({ rule: [name] }: SopsMetadata): boolean {
  return name.endsWith("_comment_regex");
}

/**
 * Whether SOPS encrypts what stands under keys. Its patterns are Go's, and come from the file: RE2
 * takes them as they are, and no pattern makes it slow.
 *
 * @see https://github.com/getsops/sops#encrypting-only-parts-of-a-file
 */
export function encryptionRule(
  file: string,
  { rule: [name, text] }: SopsMetadata,
): (keys: readonly string[]) => boolean {
  if (name.endsWith("_suffix")) {
    const matches = (key: string): boolean => key.endsWith(text);
    return (keys) => keys.some(matches) === name.startsWith("encrypted");
  }
  let pattern: RE2JS;
  try {
    pattern = RE2JS.compile(text);
  } catch {
    throw new FileTrouble(file, `SOPS: ${name} is no pattern that SOPS could use`);
  }
  return (keys) => keys.some((key) => pattern.matcher(key).find()) === name.startsWith("encrypted");
}
