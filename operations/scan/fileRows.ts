import { isMap, isScalar, parseAllDocuments, parseDocument, type Document, type Node } from "yaml";
import { secretNames } from "../../config/secrets";
import { matches, type Place, type ScanRow, wholeFile } from "./row";
import { isPlaceholder } from "./tokenRows";

const stackFiles = /(^|\/)Pulumi\.[^/]+\.ya?ml$/;

const placeOf = ({ range }: Node): Place => ({
  at: range?.[0] ?? 0,
  length: Math.max(1, (range?.[1] ?? 1) - (range?.[0] ?? 0)),
});

/** The values of a stack's file by key; none where it cannot be read. */
function stackValues(text: string): { key: string; node: Node }[] {
  const config = parseDocument(text).get("config");
  if (!isMap(config)) return [];
  return config.items.flatMap(({ key, value }) =>
    isScalar(key) && value !== null ? [{ key: String(key.value), node: value as Node }] : [],
  );
}

const names: readonly string[] = secretNames;

function clearSecrets(text: string): Place[] {
  return stackValues(text)
    .filter(({ key }) => names.includes(key.split(":").at(-1) ?? ""))
    .filter(({ node }) => isScalar(node) && isSaid(node.value))
    .map(({ node }) => placeOf(node));
}

/** How ciphertext looks that the CLI wrote: with a key of its own, or by Pulumi Cloud. */
const byOwnKey = /^v1:[A-Za-z0-9+/]{16}:[A-Za-z0-9+/]{20,}={0,2}$/;
const byCloud = /^AAAB[A-Za-z0-9+/]{40,}={0,2}$/;

function isTop(document: Document, key: string): boolean {
  return typeof document.get(key) === "string";
}

function notCiphertext(text: string): Place[] {
  const document = parseDocument(text);
  const own = isTop(document, "encryptionsalt") || isTop(document, "encryptedkey");
  const known = own ? byOwnKey : byCloud;
  return [...text.matchAll(/^\s*(?:- )?secure:\s*["']?(?<value>[^"'\n#]*)/gm)]
    .filter(({ groups }) => !known.test(groups?.["value"]?.trim() ?? ""))
    .map((match) => ({ at: match.index, length: match[0].length }));
}

/** A salt is of a passphrase; a file whose key a service keeps has none. */
function keyOfAnother(text: string): Place[] {
  const document = parseDocument(text);
  const provider: unknown = document.get("secretsprovider");
  const byService = typeof provider === "string" && !/^(passphrase|default)$/.test(provider);
  if (!byService || !isTop(document, "encryptionsalt")) return [];
  return [{ at: Math.max(0, text.indexOf("encryptionsalt")), length: "encryptionsalt".length }];
}

/** Values in a Secret that are neither empty, nor a placeholder, nor encrypted by SOPS. */
function isSaid(value: unknown): boolean {
  if (typeof value !== "string") return false;
  return value.trim() !== "" && !value.startsWith("ENC[") && !isPlaceholder(value);
}

function secretManifests(text: string): Place[] {
  if (!/kind["']?\s*:\s*["']?Secret\b/.test(text)) return [];
  return parseAllDocuments(text, { logLevel: "silent" }).flatMap((document) => {
    if (document.errors.length > 0 || document.get("kind") !== "Secret") return [];
    const values = ["stringData", "data"].flatMap((field) => {
      const map = document.get(field);
      return isMap(map) ? map.items.map(({ value }) => value) : [];
    });
    const said = values.find((value) => isScalar(value) && isSaid(value.value));
    return isScalar(said) ? [placeOf(said)] : [];
  });
}

const secretWord = /KEY|TOKEN|PASS(WORD|WD|PHRASE)?|SECRET|CREDENTIAL|CLAIM/i;

function dotenvSecrets(text: string, path: string): Place[] {
  if (/\.(example|sample|template|dist|defaults)$/.test(path)) return [];
  const line = /^(?:export\s+)?(?<name>[\w.]+)\s*=\s*(?<value>\S.*)$/gm;
  return (
    [...text.matchAll(line)]
      .filter(({ groups }) => secretWord.test(groups?.["name"] ?? ""))
      // Encrypted by SOPS, and what it keeps beside that.
      .filter(({ groups }) => !(groups?.["name"] ?? "").startsWith("sops_"))
      .filter(({ groups }) => !(groups?.["value"] ?? "").startsWith("ENC[AES256_GCM,"))
      .filter(({ groups }) => !isPlaceholder(groups?.["value"] ?? ""))
      .map((match) => ({ at: match.index, length: match[0].length }))
  );
}

const isScript = (text: string): boolean => text.startsWith("#!");
const isSops = (text: string): boolean => /^["']?\s*sops["']?\s*[:_=]|"sops"\s*:/m.test(text);

/** Files whose name says what must be in them, or that must not be in Git at all. */
export const fileRows: readonly ScanRow[] = [
  {
    id: "stack-secret-in-clear",
    what: "a secret of the stack in clear",
    mend: "run `pulumi config set --secret <key> --stack <stack>`, which asks for the value, and make it anew",
    files: stackFiles,
    find: clearSecrets,
  },
  {
    id: "stack-secret-not-encrypted",
    what: "a value that says it is encrypted and is not, or not with the stack's own key",
    mend: "set it again with `pulumi config set --secret`",
    files: stackFiles,
    find: notCiphertext,
  },
  {
    id: "stack-key-of-another-provider",
    what: "the salt of a passphrase in a stack whose key a service keeps",
    mend: "run `npm run secrets -- <stack> rekey`",
    files: stackFiles,
    find: keyOfAnother,
  },
  {
    id: "state-in-clear",
    what: "a stack's state with its secrets in clear",
    mend: "delete the file: `pulumi stack export` without --show-secrets keeps them encrypted",
    files: /\.(json|bak|checkpoint|txt)$/,
    find: matches(/4dabf18193072939515e22adb298388d"[\s\S]{0,200}?"plaintext"\s*:/g),
  },
  {
    id: "secret-manifest",
    what: "a Secret that is not encrypted",
    mend: "`npm run secrets -- <stack> import <file>` brings its values into the encrypted config",
    files: /\.(ya?ml|json|txt|tpl)$/,
    find: secretManifests,
  },
  {
    id: "vault-password-file",
    what: "the password of an Ansible Vault",
    mend: "delete the file, and make anew what the vault holds",
    files:
      /(^|\/)\.?(ansible[-_.]?)?vault[-_.]?(pass|password|pw|key)([-_.]?file)?(\.(txt|key))?$/i,
    find: (text) => (isScript(text) || text.trim() === "" ? [] : [wholeFile(text)]),
  },
  {
    id: "vault-in-clear",
    what: "a file of an Ansible Vault that is not encrypted",
    mend: "`npm run secrets -- <stack> import <file>` brings its values into the encrypted config",
    files: /(^|\/)(group_vars|host_vars)\/(.*\/)?vault[^/]*$|(^|\/)vault\.ya?ml$/,
    find: (text) =>
      /^\$ANSIBLE_VAULT;|!vault/m.test(text) || !/^[\w"'-]+\s*:\s*\S/m.test(text)
        ? []
        : [wholeFile(text)],
  },
  {
    id: "sops-in-clear",
    what: "a file that SOPS should have encrypted",
    mend: "`npm run secrets -- <stack> import <file>` brings its values into the encrypted config",
    files: /(^|\/)[^/]*\.(sops|enc)\.(ya?ml|json|env|ini)$/,
    find: (text) => (isSops(text) || text.trim() === "" ? [] : [wholeFile(text)]),
  },
  {
    id: "dotenv",
    what: "a secret in a dotenv file",
    mend: "`npm run secrets -- <stack> import <file>`, then keep the file out of Git",
    files: /(^|\/)[^/]*\.env(\.[\w-]+)?$/,
    find: dotenvSecrets,
  },
  {
    id: "key-file",
    what: "a file that holds nothing but a private key",
    mend: "keep it outside of the project, and make it anew",
    files: /(^|\/)(id_(rsa|ecdsa|ed25519)|[^/]+\.(p12|pfx|jks|kdbx))$/,
    find: (text) => (text === "" ? [] : [wholeFile(text)]),
  },
];
