import { createDecipheriv, pbkdf2 } from "node:crypto";
import { promisify } from "node:util";

const derive = promisify(pbkdf2);

/** Length of AES-GCM's tag, which Go appends to the text. */
const tagLength = 16;

function opens(key: Buffer, nonce: Buffer, sealed: Buffer): boolean {
  try {
    const cipher = createDecipheriv("aes-256-gcm", key, nonce).setAuthTag(
      sealed.subarray(-tagLength),
    );
    const text = Buffer.concat([cipher.update(sealed.subarray(0, -tagLength)), cipher.final()]);
    return text.toString("utf8") === "pulumi";
  } catch {
    return false;
  }
}

/**
 * Whether a passphrase is a stack's, by Pulumi's salt: `v1:<salt>:v1:<nonce>:<sealed>`, where what is
 * sealed is the word `pulumi`. Takes about half a second, as it has to.
 *
 * @throws Error when the salt has not this form.
 * @see https://github.com/pulumi/pulumi/blob/master/pkg/secrets/passphrase/manager.go
 * @see https://github.com/pulumi/pulumi/blob/master/sdk/go/common/resource/config/crypt.go
 */
export async function opensSalt(passphrase: string, salt: string): Promise<boolean> {
  const [version, saltText, inner, nonceText, sealedText, ...rest] = salt.split(":");
  if (version !== "v1" || inner !== "v1" || sealedText === undefined || rest.length > 0) {
    throw new Error("encryptionsalt has not the form that Pulumi writes: v1:…:v1:…:…");
  }
  const bytes = (text = ""): Buffer => Buffer.from(text, "base64");
  const key = await derive(passphrase, bytes(saltText), 1_000_000, 32, "sha256");
  return opens(key, bytes(nonceText), bytes(sealedText));
}
