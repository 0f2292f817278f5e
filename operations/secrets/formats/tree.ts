import { FileTrouble, utf8 } from "./source";
import type { SecretEntry, SecretFormat } from "./types";

/** One value. */
export interface Leaf {
  readonly kind: "value";
  /** As it stands in the file, without quotes. */
  readonly text: string;
  readonly encoding?: "base64";
  /** Whether it stands without quotes, so that it may be a number, a boolean or nothing. */
  readonly plain?: boolean;
  /** A YAML tag, such as `!vault`. */
  readonly tag?: string;
  readonly encrypted?: boolean;
}

/** Keys in the order of the file. No objects: names such as `__proto__` must stay names. */
export interface Branch {
  readonly kind: "map";
  readonly entries: readonly (readonly [key: string, node: Node])[];
}

export interface List {
  readonly kind: "list";
  readonly items: readonly Node[];
}

/** What every format is read into. Nothing at all (`null`) has no node. */
export type Node = Leaf | Branch | List | { readonly kind: "nothing" };

export const nothing: Node = { kind: "nothing" };

/** What stands under a key of a map. */
export function child(node: Node | undefined, key: string): Node | undefined {
  if (node?.kind !== "map") return undefined;
  return node.entries.find(([name]) => name === key)?.[1];
}

/** The text under a key of a map. */
export function childText(node: Node | undefined, key: string): string | undefined {
  const found = child(node, key);
  return found?.kind === "value" ? found.text : undefined;
}

/** What stands in a list under a key of a map. */
export function childItems(node: Node | undefined, key: string): readonly Node[] {
  const found = child(node, key);
  return found?.kind === "list" ? found.items : [];
}

/** A leaf of bytes that were decrypted or decoded. */
export function leafOfBytes(bytes: Uint8Array, encrypted: boolean): Leaf {
  const text = utf8(bytes);
  return text === undefined
    ? {
        ...{ kind: "value" as const, encrypted, encoding: "base64" as const },
        text: Buffer.from(bytes).toString("base64"),
      }
    : { kind: "value", text, encrypted };
}

type Path = readonly string[];

/** Makes another tree of a tree, value by value. */
export function mapLeaves(
  node: Node,
  change: (leaf: Leaf, path: Path) => Node,
  path: Path = [],
): Node {
  switch (node.kind) {
    case "map":
      return {
        kind: "map",
        entries: node.entries.map(([key, value]) => [
          key,
          mapLeaves(value, change, [...path, key]),
        ]),
      };
    case "list":
      return {
        kind: "list",
        items: node.items.map((item, index) => mapLeaves(item, change, [...path, String(index)])),
      };
    case "value":
      return change(node, path);
    case "nothing":
      return node;
  }
}

/** Every value of a tree with its path, in the order of the file. */
export function leavesOf(node: Node, path: Path = []): (readonly [path: Path, leaf: Leaf])[] {
  const found: (readonly [Path, Leaf])[] = [];
  mapLeaves(
    node,
    (leaf, where) => {
      found.push([where, leaf]);
      return leaf;
    },
    path,
  );
  return found;
}

/** What an error may say of a place in a file: names of keys, without what steers a terminal. */
export function placeOf(path: Path): string {
  const text = path.join(".").replace(/[^\x20-\x7E\u00A0-\u{10FFFF}]/gu, "?");
  return text.length > 120 ? `${text.slice(0, 120)}…` : text;
}

/** The entries of documents, each of which is a list of values with their paths. */
export function entriesOf(
  file: string,
  format: SecretFormat,
  documents: readonly (readonly (readonly [path: Path, leaf: Leaf])[])[],
): SecretEntry[] {
  return documents.flatMap((leaves, index) =>
    leaves.map(([path, { text, encoding, encrypted = false }]) => {
      if (path.includes("__proto__")) {
        throw new FileTrouble(file, "has a key named __proto__, which no file of secrets needs");
      }
      return {
        ...{ path, value: text, encrypted, file, format },
        ...(encoding === undefined ? {} : { encoding }),
        ...(documents.length > 1 ? { document: index + 1 } : {}),
      };
    }),
  );
}
