import { createPrivateKey, type KeyObject } from "node:crypto";
import { FileTrouble, fileText, fromBase64, readRegularFile } from "../source";
import { readYaml } from "../text/yaml";
import { child, childText } from "../tree";
import type { FormatKeys } from "../types";
import { isSecretManifest, manifestsIn } from "./manifests";

const pemBlocks = /-----BEGIN ([A-Z ]*PRIVATE KEY)-----[^-]*-----END \1-----/g;

function keysOfPem(file: string, pem: string): KeyObject[] {
  return (pem.match(pemBlocks) ?? []).map((block) => {
    try {
      const key = createPrivateKey(block);
      if (key.asymmetricKeyType === "rsa") return key;
    } catch {
      throw new FileTrouble(file, "holds a private key that is damaged or has a passphrase");
    }
    throw new FileTrouble(file, "holds a private key that is not RSA, as the controller's are");
  });
}

/** The keys of Secrets as `kubectl get secret -l sealedsecrets.bitnami.com/sealed-secrets-key` gives. */
function keysOfManifests(file: string, text: string): KeyObject[] {
  const manifests = readYaml(file, text).flatMap(manifestsIn).filter(isSecretManifest);
  return manifests.flatMap((manifest) => {
    const encoded = childText(child(manifest, "data"), "tls.key");
    const clear = childText(child(manifest, "stringData"), "tls.key");
    return keysOfPem(file, clear ?? fromBase64(encoded ?? "")?.toString() ?? "");
  });
}

/**
 * The private keys of the controller, of PEM files or of its exported Secrets.
 *
 * @throws FileTrouble when a file cannot be read or holds none.
 * @see https://github.com/bitnami-labs/sealed-secrets#how-can-i-do-a-backup-of-my-sealedsecrets
 */
export function sealingKeys({ sealingKeyFiles = [] }: FormatKeys): KeyObject[] {
  return sealingKeyFiles.flatMap((file) => {
    const text = fileText(file, readRegularFile(file, "follow"));
    const isPem = text.trimStart().startsWith("-----BEGIN");
    const keys = isPem ? keysOfPem(file, text) : keysOfManifests(file, text);
    if (keys.length === 0) throw new FileTrouble(file, "holds no private key of the controller");
    return keys;
  });
}
