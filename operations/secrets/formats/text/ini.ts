import { FileTrouble } from "../source";
import type { Branch, Node } from "../tree";

/** What of a line is the value, as Go's ini library has it, which SOPS writes with. */
function valueOf(raw: string): string | undefined {
  for (const quote of ['"""', "`"]) {
    if (!raw.startsWith(quote)) continue;
    const end = raw.indexOf(quote, quote.length);
    return end < 0 ? undefined : raw.slice(quote.length, end);
  }
  const quoted = /^(["'])(.*?)\1\s*(?:[;#].*)?$/.exec(raw);
  // A comment has a space on both sides of its mark: passwords have marks in them.
  return quoted?.[2] ?? raw.replace(/(?:^|\s)[;#](?:\s.*)?$/, "").trim();
}

/**
 * Reads an ini file: sections of keys, values with or without quotes, comments behind `;` or `#`.
 * Keys before the first section belong to one named `DEFAULT`.
 *
 * Not by a library: those for Node split names of sections at dots, keep no order, or pass over what
 * they do not understand.
 *
 * @throws FileTrouble that names the line.
 * @see https://ini.unknwon.io/docs/howto/work_with_values
 */
export function readIni(file: string, text: string): Node[] {
  const sections = new Map<string, Map<string, Node>>();
  let name = "DEFAULT";
  const lines = text.replaceAll("\r\n", "\n").split("\n");
  for (let index = 0; index < lines.length; index++) {
    const number = index + 1;
    let line = (lines[index] ?? "").trim();
    if (line === "" || /^[;#]/.test(line)) continue;
    const section = /^\[([^\]]+)\]\s*(?:[;#].*)?$/.exec(line)?.[1];
    if (section !== undefined) {
      name = section.trim();
      continue;
    }
    const [, bare = "", separator] = /^([^=:]+?)\s*([=:])/.exec(line) ?? [];
    const key = /^(["'`])(.+)\1$/.exec(bare)?.[2] ?? bare;
    if (separator === undefined || key === "") {
      throw new FileTrouble(file, `line ${number} is no key = value`);
    }
    let raw = line.slice(line.indexOf(separator, bare.length) + 1).trim();
    // Values over several lines stand in quotes of three, or in backticks.
    while (valueOf(raw) === undefined && index + 1 < lines.length) {
      index += 1;
      line = lines[index] ?? "";
      raw += `\n${line}`;
    }
    const value = valueOf(raw);
    if (value === undefined) {
      throw new FileTrouble(file, `line ${number} begins a quote that does not end`);
    }
    const keys = sections.get(name) ?? new Map<string, Node>();
    if (keys.has(key)) throw new FileTrouble(file, `line ${number} sets a key a second time`);
    keys.set(key, { kind: "value", text: value });
    sections.set(name, keys);
  }
  const entries: Branch["entries"] = [...sections].map(([section, keys]) => [
    section,
    { kind: "map", entries: [...keys] },
  ]);
  return [{ kind: "map", entries }];
}
