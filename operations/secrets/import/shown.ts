import type { SecretEntry } from "../formats/types";

/** Longest name of a key or a file that is printed whole. */
const longest = 120;

/** A text of other people on one line of a terminal, whatever is in it. */
export function shownText(text: string): string {
  const plain = /^[\x20-\x7e]*$/.test(text) ? text : JSON.stringify(text).slice(1, -1);
  // What JSON leaves as it is and terminals act on, or read from right to left.
  const safe = plain.replace(/[^\x20-\x7e]/gu, (one) =>
    /[\p{L}\p{N}\p{P}\p{S}]/u.test(one) ? one : `\\u{${(one.codePointAt(0) ?? 0).toString(16)}}`,
  );
  // Not between the two halves of one character.
  const cut = safe.slice(0, longest).replace(/[\ud800-\udbff]$/, "");
  return safe.length > longest ? `${cut}…` : safe;
}

/** Where a value stands in its file. */
export const shownPath = (path: readonly string[]): string => shownText(path.join("/"));

/** Where an entry comes from; of several YAML documents also which one. */
export function shownFile({ file, document }: SecretEntry): string {
  return shownText(document === undefined ? file : `${file} (document ${String(document)})`);
}

/** Shortest value that is looked for in names: shorter ones are part of many words. */
const shortest = 6;

/**
 * Takes values out of names: a key may be called like its value, or a broken file may have it in
 * place of a key.
 */
export function maskedBy(values: readonly string[]): (text: string) => string {
  const long = [...new Set(values)].filter((value) => value.length >= shortest);
  return (text) => long.reduce((rest, value) => rest.replaceAll(value, "…"), text);
}
