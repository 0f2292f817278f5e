import { type Document, isMap, isSeq, parseDocument, YAMLSeq } from "yaml";

/** The lists of a kubeconfig whose entries have names. */
const lists = ["clusters", "contexts", "users"] as const;

function read(text: string, what: string): Document {
  const document = parseDocument(text);
  const [error] = document.errors;
  if (error !== undefined) throw new Error(`${what} is not YAML: ${error.message.split("\n")[0]}`);
  if (document.contents !== null && !isMap(document.contents)) {
    throw new Error(`${what} is not a kubeconfig`);
  }
  return document;
}

/** The list of that name; made when it is missing or, as kubectl writes an empty one, null. */
function listOf(document: Document, name: string): YAMLSeq {
  const found = document.get(name);
  if (isSeq(found)) return found;
  const list = new YAMLSeq();
  document.set(name, list);
  return list;
}

function nameOf(entry: unknown): unknown {
  return isMap(entry) ? entry.get("name") : undefined;
}

/**
 * Merges one kubeconfig into another: entries of the same name are replaced, all others stay as
 * they are. The current context changes only when there is none.
 *
 * @param existing text of the desktop's kubeconfig; `undefined` when it has none.
 * @param added text of the cluster's kubeconfig.
 * @throws Error when one of them is not a kubeconfig.
 */
export function mergeKubeconfig(existing: string | undefined, added: string): string {
  const source = read(added, "the stack's kubeconfig");
  if (existing === undefined || existing.trim() === "") return source.toString({ lineWidth: 0 });
  const target = read(existing, "the existing kubeconfig");
  for (const name of lists) {
    const entries = source.get(name);
    if (!isSeq(entries)) continue;
    const list = listOf(target, name);
    for (const entry of entries.items) {
      const index = list.items.findIndex((other) => nameOf(other) === nameOf(entry));
      if (index === -1) list.items.push(entry);
      else list.items[index] = entry;
    }
  }
  if ((target.get("current-context") ?? "") === "") {
    target.set("current-context", source.get("current-context"));
  }
  return target.toString({ lineWidth: 0 });
}

/** The context a kubeconfig uses unless told otherwise. */
export function currentContext(text: string): string {
  const context = read(text, "the kubeconfig").get("current-context");
  return typeof context === "string" ? context : "";
}
