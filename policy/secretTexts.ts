/** Forms that only secrets have, whatever they are called. */
const forms: readonly (readonly [what: string, form: RegExp])[] = [
  ["a private key", /-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----|AGE-SECRET-KEY-1[A-Z0-9]/],
  ["a password in a URL", /\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@"'<>$]*:[^\s/@"'<>${}]+@/i],
  ["a JSON web token", /\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}/],
  ["a token of GitHub", /\bgh[pousr]_[A-Za-z0-9]{36}|\bgithub_pat_\w{22,}/],
  ["a token of GitLab", /\bglpat-[\w-]{20}/],
  ["a key of AWS", /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/],
  ["a hook of Slack or Discord", /hooks\.slack\.com\/services\/\w|discord\.com\/api\/webhooks\/\d/],
  ["a bcrypt hash", /\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}/],
];

/** What kind of secret a text holds by its form; undefined when it looks like none. */
export function secretForm(text: string): string | undefined {
  return forms.find(([, form]) => form.test(text))?.[0];
}

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
