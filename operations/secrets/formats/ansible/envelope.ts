import { createDecipheriv, createHmac, pbkdf2Sync, timingSafeEqual } from "node:crypto";
import { FileTrouble } from "../source";

const begin = "$ANSIBLE_VAULT;";

/** Whether a text is one that Ansible Vault encrypted. */
export const isVaulted = (text: string): boolean => text.trimStart().startsWith(begin);

/** An encrypted text, taken apart. */
export interface Envelope {
  /** The vault id, when it has one. */
  readonly label?: string;
  readonly salt: Buffer;
  readonly mark: Buffer;
  readonly sealed: Buffer;
}

function fromHex(text: string): Buffer | undefined {
  return text.length % 2 === 0 && /^[0-9a-f]*$/i.test(text) ? Buffer.from(text, "hex") : undefined;
}

/**
 * Takes a text apart.
 *
 * @param place of the text in the file, for the error.
 * @see https://docs.ansible.com/ansible/latest/vault_guide/vault_using_encrypted_content.html#ansible-vault-payload-format-1-1-1-2
 */
export function readEnvelope(file: string, place: string, text: string): Envelope {
  const trouble = (why: string): FileTrouble =>
    new FileTrouble(file, `Ansible Vault: ${place}${why}`);
  const [header = "", ...lines] = text.trim().split(/\s*\n\s*/);
  const [, version = "", cipher = "", ...labels] = header.trim().split(";");
  if (!["1.1", "1.2"].includes(version) || cipher !== "AES256") {
    throw trouble(
      "is not of version 1.1 or 1.2 with AES256: encrypt it anew by ansible-vault rekey",
    );
  }
  const [salt, mark, sealed] = (fromHex(lines.join("")) ?? Buffer.alloc(0))
    .toString("latin1")
    .split("\n")
    .map(fromHex);
  if (!salt?.length || mark?.length !== 32 || !sealed?.length || sealed.length % 16 !== 0) {
    throw trouble("is cut off or damaged");
  }
  const label = labels.join(";").trim();
  return { ...(label === "" ? {} : { label }), salt, mark, sealed };
}

/** Opens an envelope; undefined when the password is another, or the text was changed. */
export function openEnvelope(
  { salt, mark, sealed }: Envelope,
  password: Buffer,
): Buffer | undefined {
  const derived = pbkdf2Sync(password, salt, 10_000, 80, "sha256");
  const [cipherKey, markKey] = [derived.subarray(0, 32), derived.subarray(32, 64)];
  const found = createHmac("sha256", markKey).update(sealed).digest();
  if (!timingSafeEqual(found, mark)) return undefined;
  const decipher = createDecipheriv("aes-256-ctr", cipherKey, derived.subarray(64));
  const padded = Buffer.concat([decipher.update(sealed), decipher.final()]);
  const padding = padded.at(-1) ?? 0;
  if (padding < 1 || padding > 16) return undefined;
  return padded.subarray(0, padded.length - padding);
}
