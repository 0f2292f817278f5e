/** The words of a name: `adminApiKey`, `ADMIN_API_KEY` and `admin-api-key` have the same. */
function wordsOf(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replace(/[^A-Za-z0-9]+/g, " ")
    .trim()
    .toLowerCase();
}

const secretNames =
  /(^| )(password|passwd|passphrase|token|apikey|(api|access|private|secret|encryption|license) key|credentials?|client secret)$/;

/** Whether a name is one that people give to secrets: `DB_PASSWORD`, `apiKey`. */
export function isSecretName(name: string): boolean {
  return secretNames.test(wordsOf(name));
}

/** Whether a text may be a secret: not a switch, a number, a path, a reference or a variable. */
export function mayBeSecret(text: string): boolean {
  return text !== "" && !/^(true|false|null|\d+|[./~].*|\$[({].*|\$\w+|<.*>)$/i.test(text);
}

/**
 * `password: …`, `export TOKEN=…`, `{"apiKey": "…"}` in the text of a configuration. A bare value ends
 * where its line or its entry does: what goes on is a sentence.
 */
const assignment =
  /(?:^[ \t-]*(?:export[ \t]+)?|[{,;&?][ \t]*)["']?([A-Za-z][\w.-]*)["']?[ \t]*[:=][ \t]*(?:"([^"\n]*)"|'([^'\n]*)'|([^\s"',;#&{}]+)(?=[ \t]*(?:[,;&}\]]|[ \t]#|$)))/gm;

/** `<ApiKey>…</ApiKey>`. */
const element = /<([A-Za-z][\w.-]*)>([^<\s]+)<\//g;

/** `--password …` and `--token=…`. */
const flag = /(?:^|\s)--?([A-Za-z][\w.-]*)[= ](?!-)([^\s"']+)/gm;

function named(text: string, form: RegExp): string | undefined {
  return [...text.matchAll(form)].find(
    ([, name = "", ...values]) => isSecretName(name) && values.filter(Boolean).some(mayBeSecret),
  )?.[1];
}

/** The name of a secret that a file's text gives a value to; undefined when there is none. */
export function assignedSecret(text: string): string | undefined {
  return named(text, assignment) ?? named(text, element);
}

/** The name of a secret that is an option of a command; undefined when there is none. */
export function optionSecret(words: readonly string[]): string | undefined {
  return named(words.join(" "), flag);
}
