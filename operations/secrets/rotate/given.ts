import type { SecretName } from "../../../config/secrets";

/** Where new values of given secrets come from. */
export interface GivenSource {
  /** All of standard input; undefined where a person is at the terminal. */
  readonly input: (() => Promise<string>) | undefined;
  /** Asks on the terminal without showing what is typed. */
  readonly hidden: (question: string) => Promise<string>;
}

/** The CLI takes a value without the line end that files and `echo` have, and so does this. */
const asValue = (text: string): string => text.replace(/\r?\n+$/, "");

function fromJson(text: string, names: readonly SecretName[]): Map<SecretName, string> {
  const form = `standard input has to be JSON with a text for each of ${names.join(", ")}`;
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch {
    throw new Error(form);
  }
  const values = (typeof given === "object" && given !== null ? given : {}) as Record<
    string,
    unknown
  >;
  return new Map(
    names.map((name) => {
      const value = values[name];
      if (typeof value !== "string") throw new Error(form);
      return [name, asValue(value)];
    }),
  );
}

/**
 * The new values: one alone is standard input as it is, several are its JSON, by name. At a terminal
 * each is asked for. None ever is an argument.
 *
 * @throws Error in one line, without a word of what was given.
 */
export async function askGiven(
  names: readonly SecretName[],
  { input, hidden }: GivenSource,
): Promise<ReadonlyMap<SecretName, string>> {
  if (input !== undefined) {
    const text = await input();
    const [only, ...others] = names;
    if (only !== undefined && others.length === 0) return new Map([[only, asValue(text)]]);
    return fromJson(text, names);
  }
  const values = new Map<SecretName, string>();
  for (const name of names) {
    const value = await hidden(`new value of ${name}`);
    // A key of several lines is one line at a terminal: it would be cut off after the first.
    if (value.startsWith("-----BEGIN")) {
      throw new Error(`${name} has several lines: give it by standard input, < file`);
    }
    values.set(name, value);
  }
  return values;
}
