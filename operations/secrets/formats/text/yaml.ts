import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node as YamlNode,
  parseAllDocuments,
  Scalar,
  type YAMLMap,
} from "yaml";
import { FileTrouble } from "../source";
import { type Branch, child, type Leaf, type Node, nothing } from "../tree";

/** Far more than a file of secrets has, and few enough for aliases that multiply. */
const mostNodes = 200_000;
const mostDepth = 100;

const words: Readonly<Record<string, string>> = {
  BAD_INDENT: "the indentation does not fit",
  MISSING_CHAR: "a quote, a bracket or a colon is missing",
  RESOURCE_EXHAUSTION: "it is nested too deep",
  TAB_AS_INDENT: "a tab is no indentation",
};

const isNothing = (text: string): boolean => /^(~|null|Null|NULL|)$/.test(text);

function leafOf({ type, tag, value }: Scalar): Node {
  const plain = type === undefined || type === Scalar.PLAIN;
  const text = String(value);
  if (plain && tag === undefined && isNothing(text)) return nothing;
  const leaf: Leaf = { kind: "value", text, plain };
  if (tag === "tag:yaml.org,2002:binary") {
    return { ...leaf, text: text.replace(/\s/g, ""), encoding: "base64", tag: "!!binary" };
  }
  return tag === undefined ? leaf : { ...leaf, tag };
}

/** Aliases are followed with a count: a few lines of them can stand for billions of values. */
function treeOf(file: string, document: Document, lineOf: (offset: number) => number): Node {
  const ancestors = new Set<YamlNode>();
  let nodes = 0;

  const resolved = (node: unknown): unknown => {
    if (!isAlias(node)) return node;
    const target = node.resolve(document);
    if (target === undefined) throw new FileTrouble(file, "has an alias without its anchor");
    if (ancestors.has(target)) throw new FileTrouble(file, "has an alias inside its own anchor");
    return target;
  };

  const keyOf = (given: unknown): string => {
    const node = resolved(given);
    if (!isScalar(node)) throw new FileTrouble(file, "has a map or a list as a key");
    return String(node.value);
  };

  // The library compares each key of a map with all others, which takes hours where they are many.
  const checkKeys = ({ items }: YAMLMap): void => {
    const seen = new Set<string>();
    for (const { key } of items) {
      const name = keyOf(key);
      const at = isNode(key) ? lineOf(key.range?.[0] ?? 0) : 0;
      if (seen.has(name)) throw new FileTrouble(file, `line ${at} has a key a second time`);
      seen.add(name);
    }
  };

  const walk = (given: unknown, depth: number): Node => {
    nodes += 1;
    if (nodes > mostNodes) {
      throw new FileTrouble(file, `stands for more than ${mostNodes} values: its aliases multiply`);
    }
    if (depth > mostDepth) throw new FileTrouble(file, "is nested too deep");
    const node = resolved(given);
    if (isScalar(node)) return leafOf(node);
    if (!isMap(node) && !isSeq(node)) return nothing;
    ancestors.add(node);
    if (isMap(node)) checkKeys(node);
    const tree: Node = isSeq(node)
      ? { kind: "list", items: node.items.map((item) => walk(item, depth + 1)) }
      : {
          kind: "map",
          entries: node.items.map(({ key, value }) => [keyOf(key), walk(value, depth + 1)]),
        };
    ancestors.delete(node);
    return tree;
  };

  return walk(document.contents, 0);
}

/**
 * Reads YAML, or JSON, which is YAML too. Values stay the text that they are: `yes` is no boolean
 * and `007` no number.
 *
 * @returns one tree for each document that is not empty.
 * @throws FileTrouble that tells the line, and nothing of what stands there.
 */
export function readYaml(file: string, text: string): Node[] {
  const lineCounter = new LineCounter();
  const lineOf = (offset: number): number => lineCounter.linePos(offset).line;
  const options = { lineCounter, prettyErrors: false, logLevel: "silent", schema: "failsafe" };
  let documents: readonly Document[];
  try {
    const parsed = parseAllDocuments(text, { ...options, logLevel: "silent", uniqueKeys: false });
    documents = "empty" in parsed ? [] : parsed;
  } catch {
    throw new FileTrouble(file, "is no good YAML: it is nested too deep");
  }
  return documents
    .map((document) => {
      const [error] = document.errors;
      if (error === undefined) return treeOf(file, document, lineOf);
      const why = words[error.code] ?? error.code;
      throw new FileTrouble(file, `line ${lineOf(error.pos[0])} is no good YAML: ${why}`);
    })
    .filter(({ kind }) => kind !== "nothing");
}

/**
 * Reads JSON, its keys in their order and none of them twice.
 *
 * @throws FileTrouble when it is no JSON.
 */
export function readJson(file: string, text: string): Node[] {
  try {
    JSON.parse(text);
  } catch {
    throw new FileTrouble(file, "is no good JSON");
  }
  return readYaml(file, text);
}

/** Puts what is merged by `<<: *anchor` where it counts; a map's own keys come first. */
export function withMerges(node: Node): Node {
  if (node.kind === "list") return { kind: "list", items: node.items.map(withMerges) };
  if (node.kind !== "map") return node;
  const own = node.entries.filter(([key]) => key !== "<<");
  const merged = child(node, "<<");
  const maps = merged?.kind === "list" ? merged.items : merged === undefined ? [] : [merged];
  const all = new Map<string, Node>();
  for (const [key, value] of own) all.set(key, withMerges(value));
  for (const map of maps.map(withMerges)) {
    const entries: Branch["entries"] = map.kind === "map" ? map.entries : [];
    for (const [key, value] of entries) if (!all.has(key)) all.set(key, value);
  }
  return { kind: "map", entries: [...all] };
}
