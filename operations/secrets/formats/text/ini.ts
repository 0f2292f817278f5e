import { FileTrouble } from "../source";
import type { Branch, Node } from "../tree";

/** Quotes that a value over several lines stands in, as Go's ini library has it, which SOPS uses. */
const longQuotes = ['"""', "`"];

/** What of a line is the value. A comment has a space on both sides of its mark, unlike passwords. */
function valueOf(raw: string): string {
  const quoted = /^(["'])(.*?)\1\s*(?:[;#].*)?$/.exec(raw);
  return quoted?.[2] ?? raw.replace(/(?:^|\s)[;#](?:\s.*)?$/, "").trim();
}

/** Where keys are collected, none of them twice. */
function collect(sections: Map<string, Map<string, Node>>, section: string) {
  return (key: string, text: string): boolean => {
    const keys = sections.get(section) ?? new Map<string, Node>();
    if (keys.has(key)) return false;
    sections.set(section, keys.set(key, { kind: "value", text }));
    return true;
  };
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
    const line = (lines[index] ?? "").trim();
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
    const quote = longQuotes.find((one) => raw.startsWith(one));
    if (quote !== undefined) {
      const parts = [raw.slice(quote.length)];
      while (parts.at(-1)?.includes(quote) === false && index + 1 < lines.length) {
        index += 1;
        parts.push(lines[index] ?? "");
      }
      raw = parts.join("\n");
      const end = raw.indexOf(quote);
      if (end < 0) throw new FileTrouble(file, `line ${number} begins a quote that does not end`);
      raw = raw.slice(0, end);
    }
    const value = quote === undefined ? valueOf(raw) : raw;
    if (!collect(sections, name)(key, value)) {
      throw new FileTrouble(file, `line ${number} sets a key a second time`);
    }
  }
  const entries: Branch["entries"] = [...sections].map(([section, keys]) => [
    section,
    { kind: "map", entries: [...keys] },
  ]);
  return [{ kind: "map", entries }];
}
