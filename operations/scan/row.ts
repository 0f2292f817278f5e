/** Where something was found in a text. */
export interface Place {
  /** Index of its first character. */
  readonly at: number;
  readonly length: number;
}

/** One kind of secret that must not be in Git. */
export interface ScanRow {
  readonly id: string;
  /** What was found; finishes "this is …". */
  readonly what: string;
  /** What to do about it, in a sentence without its full stop. */
  readonly mend: string;
  /** Paths that are looked into. Default: all. */
  readonly files?: RegExp;
  readonly find: (text: string, path: string) => readonly Place[];
}

/**
 * Finds a pattern. Where it has a group `secret`, that group alone is judged.
 *
 * @param pattern with the flags `g` and `d`.
 * @param unless values that are none, such as placeholders.
 */
export function matches(
  pattern: RegExp,
  unless: (secret: string) => boolean = () => false,
): (text: string) => Place[] {
  return (text) =>
    [...text.matchAll(pattern)]
      .filter((match) => !unless(match.groups?.["secret"] ?? match[0]))
      .map((match) => ({ at: match.index, length: match[0].length }));
}

/** The text is a whole of which no part can be named. */
export function wholeFile(text: string): Place {
  return { at: 0, length: Math.max(1, text.indexOf("\n")) };
}
