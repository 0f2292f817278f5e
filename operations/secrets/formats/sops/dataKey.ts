import type { FormatKeys } from "../types";
import { ageIdentities } from "./identities";
import type { SopsMetadata } from "./metadata";

/** The key of a file's values, or what is needed to get it. */
export type DataKey = { readonly key: Buffer } | { readonly needs: string };

async function tryIdentity(identity: string, armored: string): Promise<Buffer | undefined> {
  const { armor, Decrypter } = await import("age-encryption");
  try {
    const decrypter = new Decrypter();
    decrypter.addIdentity(identity);
    const key = Buffer.from(await decrypter.decrypt(armor.decode(armored)));
    return key.length === 32 ? key : undefined;
  } catch {
    return undefined;
  }
}

/** Opens a file's data key with the age identities at hand. */
export async function ageDataKey(metadata: SopsMetadata, keys: FormatKeys): Promise<DataKey> {
  if (metadata.split) {
    return { needs: "several groups of keys (Shamir): decrypt it by sops where all are at hand" };
  }
  const recipients = metadata.recipients.filter(({ kind }) => kind === "age");
  if (recipients.length === 0) {
    const kinds = [...new Set(metadata.recipients.map(({ kind }) => kind))].join(", ");
    return { needs: kinds === "" ? "a key, and names none" : `a key of ${kinds}` };
  }
  // The library knows age's own keys; SSH keys and plug-ins of age are SOPS' own to open.
  if (recipients.every(({ name }) => name.startsWith("ssh-"))) {
    return { needs: "the program itself, since its age recipients are SSH keys" };
  }
  const identities = ageIdentities(keys);
  const own = identities.filter(({ text }) => text.startsWith("AGE-SECRET-KEY-"));
  for (const { enc } of recipients) {
    for (const { text } of own) {
      const key = await tryIdentity(text, enc);
      if (key !== undefined) return { key };
    }
  }
  const names = recipients.map(({ name }) => name.slice(0, 80).replace(/[^\w+/= -]/g, "?"));
  const looked =
    identities.length === 0
      ? "there is none in SOPS_AGE_KEY, SOPS_AGE_KEY_FILE, ~/.config/sops/age/keys.txt or --identity-file"
      : `none of ${identities.length} fits`;
  return { needs: `an age identity for ${names.join(" or ")}: ${looked}` };
}
