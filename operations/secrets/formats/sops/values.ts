import { createDecipheriv, createHash, type Hash, timingSafeEqual } from "node:crypto";
import { FileTrouble, fromBase64 } from "../source";
import { type Leaf, leafOfBytes, type Node, placeOf } from "../tree";
import type { SopsMetadata } from "./metadata";
import { encryptionRule } from "./rules";

const form = /^ENC\[AES256_GCM,data:([\w+/=]+),iv:([\w+/=]+),tag:([\w+/=]+),type:([a-z]+)\]/;

/** Stands for a comment in a list, where SOPS keeps it as an item. */
const comment: Node = { kind: "nothing" };

/** Begins the digest of a file that is held to its encrypted values only, by SOPS' own choice. */
const onlyEncryptedSeed = createHash("sha256").update("sops").digest();

/** Whether a text has the form of a value that SOPS encrypted. */
export const isSealed = (text: string): boolean => form.test(text);

interface Opened {
  readonly type: string;
  readonly bytes: Buffer;
}

/** Opens one value; undefined when the key, the place or the value is not what it was. */
function open(text: string, key: Buffer, place: string): Opened | undefined {
  const [, data = "", iv = "", tag = "", type = ""] = form.exec(text) ?? [];
  const [sealed, nonce, mark] = [data, iv, tag].map(fromBase64);
  if (sealed === undefined || nonce?.length !== 32 || mark?.length !== 16) return undefined;
  try {
    const decipher = createDecipheriv("aes-256-gcm", key, nonce, { authTagLength: 16 });
    decipher.setAAD(Buffer.from(place)).setAuthTag(mark);
    return { type, bytes: Buffer.concat([decipher.update(sealed), decipher.final()]) };
  } catch {
    return undefined;
  }
}

/** A number as Go writes it without an exponent. */
function plainNumber(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "+Inf" : "-Inf";
  const [, sign = "", whole = "0", fraction = "", exponent = "0"] =
    /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(value)) ?? [];
  const shift = Number(exponent);
  const zeros = "0".repeat(Math.abs(shift));
  const digits = shift < 0 ? zeros + whole + fraction : whole + fraction + zeros;
  const point = shift < 0 ? whole.length : whole.length + shift;
  const [before, after] = [digits.slice(0, point), digits.slice(point).replace(/0+$/, "")];
  const front = before.replace(/^0+(?=\d)/, "");
  return (Object.is(value, -0) ? "-" : sign) + front + (after === "" ? "" : `.${after}`);
}

const isTrue = (text: string): boolean => /^(1|t|true)$/i.test(text);

const time = /^\d{4}-\d{1,2}-\d{1,2}($|[Tt ])/;
const integer = /^([-+]?)(0x[0-9a-f]+|0b[01]+|0o?[0-7]+|0|[1-9][0-9]*)$/i;
const decimal = /^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)(e[-+]?[0-9]+)?$/i;

/**
 * What a clear value adds to the digest: numbers and booleans as Go's YAML library reads them and Go
 * writes them. Undefined for a time, and for a value with a tag, which only SOPS can know.
 *
 * @see https://github.com/yaml/go-yaml/blob/v3/resolve.go
 */
function digestOfClear({ text, plain = false, tag }: Leaf): string | undefined {
  if (tag !== undefined) return undefined;
  if (!plain) return text;
  if (/^(true|True|TRUE)$/.test(text)) return "True";
  if (/^(false|False|FALSE)$/.test(text)) return "False";
  if (/^\.(nan|NaN|NAN)$/.test(text)) return "NaN";
  if (/^[-+]?\.(inf|Inf|INF)$/.test(text)) return text.startsWith("-") ? "-Inf" : "+Inf";
  if (!/^[-+.0-9]/.test(text)) return text;
  if (time.test(text)) return undefined;
  const digits = text.replaceAll("_", "");
  const [, sign, body] = integer.exec(digits) ?? [];
  if (body !== undefined) {
    const value = BigInt(/^0[0-7]+$/.test(body) ? `0o${body}` : body);
    const signed = sign === "-" ? -value : value;
    if (BigInt.asIntN(64, signed) === signed) return String(signed);
  }
  return decimal.test(digits) ? plainNumber(Number(digits)) : text;
}

/** A value as a person would write it, and what it adds to the digest. */
function leafOf({ type, bytes }: Opened): { leaf: Leaf; digested: Buffer | string } | undefined {
  const text = bytes.toString();
  switch (type) {
    case "str":
    case "bytes":
    case "int":
    case "time":
      return { leaf: leafOfBytes(bytes, true), digested: bytes };
    case "float":
      return { leaf: leafOfBytes(bytes, true), digested: plainNumber(Number(text)) };
    case "bool":
      return {
        leaf: { kind: "value", text: isTrue(text) ? "true" : "false", encrypted: true },
        digested: isTrue(text) ? "True" : "False",
      };
    default:
      return undefined;
  }
}

/** What is opened, and whether this program could check the whole of it. */
export interface OpenedTrees {
  readonly trees: readonly Node[];
  /** What stands in the way of checking the digest; undefined when it was checked. */
  readonly unchecked?: string;
}

/** Walks trees as SOPS does: places of a list are no part of where a value belongs. */
function openTrees(
  file: string,
  trees: readonly Node[],
  key: Buffer,
  metadata: SopsMetadata,
  digest: Hash,
): OpenedTrees {
  const isEncrypted = encryptionRule(file, metadata);
  let unchecked: string | undefined;

  const openLeaf = (leaf: Leaf, keys: readonly string[]): Node => {
    const encrypted = isEncrypted(keys);
    if (!encrypted) {
      const clear = digestOfClear(leaf);
      if (!metadata.macOnlyEncrypted) {
        if (clear === undefined) unchecked = `${placeOf(keys)} is of a kind only SOPS can check`;
        else digest.update(clear);
      }
      return leaf;
    }
    if (leaf.text === "") return { ...leaf, encrypted: true };
    if (!isSealed(leaf.text)) {
      throw new FileTrouble(file, `SOPS: ${placeOf(keys)} should be encrypted and stands in clear`);
    }
    const opened = open(leaf.text, key, `${keys.join(":")}:`);
    if (opened === undefined) {
      const why = "cannot be opened with the file's key: it was changed, or moved here";
      throw new FileTrouble(file, `SOPS: ${placeOf(keys)} ${why}`);
    }
    if (opened.type === "comment") return comment;
    const read = leafOf(opened);
    if (read === undefined)
      throw new FileTrouble(file, `SOPS: ${placeOf(keys)} has an unknown type`);
    digest.update(read.digested);
    return read.leaf;
  };

  const walk = (node: Node, keys: readonly string[]): Node => {
    if (node.kind === "value") return openLeaf(node, keys);
    if (node.kind === "list") {
      const items = node.items.map((item) => walk(item, keys));
      return { kind: "list", items: items.filter((item) => item !== comment) };
    }
    if (node.kind === "nothing") return node;
    const entries = node.entries.map(
      ([name, value]) => [name, walk(value, [...keys, name])] as const,
    );
    return { kind: "map", entries };
  };

  const opened = trees.map((tree) => walk(tree, []));
  return unchecked === undefined ? { trees: opened } : { trees: opened, unchecked };
}

/**
 * Opens every value of a file's trees, and holds the whole to the digest that SOPS made of it.
 *
 * @throws FileTrouble when a value, a key or their order is not what it was.
 * @see https://github.com/getsops/sops/blob/main/sops.go
 */
export function openValues(
  file: string,
  trees: readonly Node[],
  key: Buffer,
  metadata: SopsMetadata,
): OpenedTrees {
  const digest = createHash("sha512");
  if (metadata.macOnlyEncrypted) digest.update(onlyEncryptedSeed);
  const result = openTrees(file, trees, key, metadata, digest);
  if (result.unchecked !== undefined) return result;
  const found = Buffer.from(digest.digest("hex").toUpperCase());
  const expected = open(metadata.mac, key, metadata.lastModified)?.bytes;
  if (expected === undefined) {
    throw new FileTrouble(file, "SOPS: its digest (sops.mac) cannot be opened: it was changed");
  }
  if (found.length !== expected.length || !timingSafeEqual(found, expected)) {
    throw new FileTrouble(
      file,
      "SOPS: is not what its digest (sops.mac) was made of: it was changed",
    );
  }
  return result;
}
