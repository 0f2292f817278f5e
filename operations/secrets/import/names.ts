/** Letters and digits of a name, in lower case; undefined where it has letters of other alphabets. */
export function plainName(text: string): string | undefined {
  return /^[\x20-\x7e]*$/.test(text) ? text.toLowerCase().replace(/[^a-z0-9]/g, "") : undefined;
}

/** What people write before a name to say that it is secret. */
export const secretPrefix = /^(vault(ed)?|secrets?|bramble)(?=.)/;
/** What people write after the name of a thing to say that its secrets are in there. */
const suffix = /(secrets?|credentials?|creds|config|login)$/;

/** A path as names to look for: all of it, and less and less of its beginning. */
export function namesOfPath(path: readonly string[]): { name: string; atTheTop: boolean }[] {
  const plain = path.map(plainName);
  if (plain.some((part) => part === undefined)) return [];
  const found = plain.flatMap((_, first) => {
    const [own = "", ...parents] = plain.slice(first).reverse();
    const bare = [...parents.map((part) => part?.replace(suffix, "")).reverse(), own].join("");
    const whole = [...parents.reverse(), own].join("");
    const atTheTop = path.length === 1;
    return [whole, bare, whole.replace(secretPrefix, ""), bare.replace(secretPrefix, "")].map(
      (name) => ({
        ...{ name, atTheTop },
      }),
    );
  });
  return found.filter(({ name }) => name !== "");
}

/** The same of several names. */
export const plainNames = (names: readonly string[]): string[] =>
  names.flatMap((name) => plainName(name) ?? []);
