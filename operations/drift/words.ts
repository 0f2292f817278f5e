/**
 * Takes a command line of `renderCall` apart again: its words without their quotes. What stands
 * behind a `#` is a reason to run, not a word.
 *
 * @throws Error on a command line that `shellQuote` did not write.
 */
export function splitWords(line: string): string[] {
  const words: string[] = [];
  let rest = line;
  while (rest !== "") {
    const found = /^\s*((?:[^\s'\\#]|'[^']*'|\\')(?:[^\s'\\]|'[^']*'|\\')*)(?=\s|$)/.exec(rest);
    if (found === null) {
      if (/^\s*(#.*)?$/s.test(rest)) return words;
      throw new Error("not a command line of a script");
    }
    const [whole, word = ""] = found;
    words.push(
      word.replace(/'([^']*)'|\\'/g, (quoted, inner?: string) => inner ?? quoted.slice(1)),
    );
    rest = rest.slice(whole.length);
  }
  return words;
}
