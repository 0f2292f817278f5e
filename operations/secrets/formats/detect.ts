import { isVaulted } from "./ansible/envelope";
import { isVaultedLeaf } from "./ansible/open";
import { isSealedManifest, isSecretManifest, manifestsIn } from "./kubernetes/manifests";
import { isMetadata } from "./sops/metadata";
import { encryptedByAge, FileTrouble } from "./source";
import { readJson, readYaml } from "./text/yaml";
import { child, leavesOf, type Node } from "./tree";
import type { SecretFormat } from "./types";

/** Files that hold secrets, but no values with names. */
const refused: readonly (readonly [RegExp, string])[] = [
  [/^age-encryption\.org\/v1\n|^-----BEGIN AGE ENCRYPTED FILE-----/, encryptedByAge],
  [
    /^-----BEGIN PGP MESSAGE-----/,
    "is encrypted whole by PGP: open it by `gpg --decrypt` and name what comes out",
  ],
  [
    /^-----BEGIN [A-Z ]*(PRIVATE KEY|CERTIFICATE)-----/,
    "is one key or certificate, not a file of named values",
  ],
];

const hints: readonly (readonly [RegExp, SecretFormat])[] = [
  [/(^|\/)\.?env(\.[^/]*)?$|\.(env|dotenv)$/i, "dotenv"],
  [/\.(ini|cfg|conf|cnf)$/i, "ini"],
  [/\.ya?ml$/i, "yaml"],
  [/\.json$/i, "json"],
];

/** What lines of text look like where no extension tells. */
function guessed(text: string): SecretFormat {
  const lines = text.split("\n").map((line) => line.trim());
  const telling = lines.filter((line) => line !== "" && !/^[#;]/.test(line));
  const [first = ""] = telling;
  if (/^\[[^\],]+\]$/.test(first)) return "ini";
  return /^(export\s+)?[A-Za-z_][\w.-]*\s*=/.test(first) ? "dotenv" : "yaml";
}

function ofTrees(trees: readonly Node[], plain: "yaml" | "json"): SecretFormat {
  if (trees.some((tree) => isMetadata(child(tree, "sops")))) return `sops-${plain}`;
  const vaulted = trees.flatMap((tree) => leavesOf(tree)).some(([, leaf]) => isVaultedLeaf(leaf));
  if (vaulted) return "ansible-vault-values";
  const manifests = trees.flatMap(manifestsIn);
  if (manifests.some(isSealedManifest)) return "sealed-secret";
  return manifests.some(isSecretManifest) ? "kubernetes-secret" : plain;
}

/**
 * What a file's text is: by its content, and by its extension where that leaves it open.
 *
 * @throws FileTrouble when it is nothing that holds values with names.
 */
export function detectFormat(file: string, text: string): SecretFormat {
  if (text.trim() === "") throw new FileTrouble(file, "is empty");
  const start = text.trimStart();
  const [, why] = refused.find(([pattern]) => pattern.test(start)) ?? [];
  if (why !== undefined) throw new FileTrouble(file, why);
  if (isVaulted(text)) return "ansible-vault";
  if (/^sops_mac=/m.test(text)) return "sops-dotenv";
  if (/^\[sops\]\s*$/m.test(text) && /^mac\s*=/m.test(text)) return "sops-ini";
  const [, hint] = hints.find(([pattern]) => pattern.test(file)) ?? [];
  const format = hint ?? (start.startsWith("{") ? "json" : guessed(text));
  if (format === "dotenv" || format === "ini") return format;
  // SOPS writes JSON into whatever file it does not know; YAML may begin with a bracket too.
  if (hint === "json" || (format === "json" && isJson(text))) {
    return ofTrees(readJson(file, text), "json");
  }
  return ofTrees(readYaml(file, text), "yaml");
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
