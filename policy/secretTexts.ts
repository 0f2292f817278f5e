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
  return text !== "" && !/^(true|false|null|\d+|[./~].*|\$[({].*|<.*>)$/i.test(text);
}
