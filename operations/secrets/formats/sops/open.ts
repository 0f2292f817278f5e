import { FileTrouble } from "../source";
import { readSopsDotenv, unquoted } from "../text/dotenv";
import { readIni } from "../text/ini";
import { readJson, readYaml } from "../text/yaml";
import { child, leavesOf, mapLeaves, type Node } from "../tree";
import type { FormatKeys, SecretFormat } from "../types";
import { ageDataKey } from "./dataKey";
import { isMetadata, metadataOf, unflattened } from "./metadata";
import { runSops, type SopsStore } from "./program";
import { hangsOnComments } from "./rules";
import { isSealed, openValues } from "./values";

/** Formats that SOPS writes. */
export type SopsFormat = Extract<SecretFormat, `sops-${string}`>;

interface Parts {
  readonly trees: readonly Node[];
  /** Undefined where the file is none of SOPS'. */
  readonly metadata: Node | undefined;
}

function withoutMetadata(trees: readonly Node[]): Parts["trees"] {
  return trees.map((tree) =>
    tree.kind === "map"
      ? { kind: "map", entries: tree.entries.filter(([key]) => key !== "sops") }
      : tree,
  );
}

function nested(trees: readonly Node[]): Parts {
  return { trees: withoutMetadata(trees), metadata: child(trees[0], "sops") };
}

const prefix = "sops_";

const readers: Readonly<Record<SopsFormat, (file: string, text: string) => Parts>> = {
  "sops-yaml": (file, text) => nested(readYaml(file, text)),
  "sops-json": (file, text) => nested(readJson(file, text)),
  "sops-dotenv": (file, text) => {
    const { entries } = readSopsDotenv(file, text);
    const own = entries
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, node]) => [key.slice(prefix.length), node] as const);
    const values = entries.filter(([key]) => !key.startsWith(prefix));
    return { trees: [{ kind: "map", entries: values }], metadata: unflattened(own) };
  },
  "sops-ini": (file, text) => {
    const trees = readIni(file, text);
    const section = child(trees[0], "sops");
    const flat = section?.kind === "map" ? section.entries : [];
    return { trees: withoutMetadata(trees), metadata: unflattened(flat) };
  },
};

/** What the program printed, each value marked by whether it was encrypted in the file. */
function fromProgram(format: SopsFormat, file: string, text: string, before: Parts): Node[] {
  const sealed = before.trees.map((tree) => {
    const leaves = leavesOf(tree).filter(([, leaf]) => isSealed(leaf.text));
    return new Set(leaves.map(([path]) => JSON.stringify(path)));
  });
  return readers[format](file, text).trees.map((tree, index) =>
    mapLeaves(tree, (leaf, path) => ({
      ...{ ...leaf, encrypted: sealed[index]?.has(JSON.stringify(path)) === true },
    })),
  );
}

/**
 * Opens a file of SOPS: by itself where an age identity fits, else by the `sops` on PATH, which
 * knows PGP and the clouds' keys.
 *
 * @param stored the file on disk, which that program reads; undefined for content in memory.
 * @throws FileTrouble.
 */
export async function openSops(
  format: SopsFormat,
  file: string,
  text: string,
  keys: FormatKeys,
  stored: string | undefined,
): Promise<readonly Node[]> {
  const parts = readers[format](file, text);
  const { metadata: node } = parts;
  if (node === undefined || !isMetadata(node)) {
    throw new FileTrouble(file, "SOPS: has no metadata of SOPS (sops.mac, sops.lastmodified)");
  }
  const metadata = metadataOf(file, node);
  const found = await ageDataKey(metadata, keys);
  let needs = "needs" in found ? found.needs : undefined;
  if ("key" in found && hangsOnComments(metadata)) {
    needs = `the program itself, since ${metadata.rule[0]} hangs on comments`;
  } else if ("key" in found) {
    const { trees, unchecked } = openValues(file, parts.trees, found.key, metadata);
    if (unchecked === undefined) {
      const dotenv = format === "sops-dotenv";
      return dotenv ? trees.map((tree) => mapLeaves(tree, withoutQuotes)) : trees;
    }
    needs = `the program itself, since ${unchecked}`;
  }
  const store = format.slice("sops-".length) as SopsStore;
  const printed = stored === undefined ? undefined : await runSops(stored, store, keys);
  if (printed === undefined) {
    throw new FileTrouble(file, `SOPS: needs ${needs ?? ""}; there is no sops on PATH to ask`);
  }
  const trees = fromProgram(format, file, printed, parts);
  return format === "sops-dotenv" ? trees.map((tree) => mapLeaves(tree, withoutQuotes)) : trees;
}

/** SOPS encrypts a value of a dotenv file with the quotes around it, which are no part of it. */
function withoutQuotes<T extends { readonly text: string }>(leaf: T): T {
  return { ...leaf, text: unquoted(leaf.text) };
}
