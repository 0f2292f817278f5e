/** Who refuses a text in which a form is found. */
export type SecretFormReader = "configuration" | "policy";

/** What only secrets look like, whatever they are called. */
export interface SecretForm {
  /** With an article; finishes "it holds …". */
  readonly what: string;
  /** How one begins: enough for a setting or an input of a resource, which never speak of secrets. */
  readonly form: RegExp;
  /** How a whole one looks. Files in Git do speak of secrets: there, only a whole one counts. */
  readonly whole?: RegExp;
  /**
   * The configuration refuses what is a secret without a doubt: there is no way around it. What may
   * be harmless, or has to be judged beside what is around it, the policy alone refuses, since its
   * rules have levels and exemptions.
   */
  readonly refusedIn: readonly SecretFormReader[];
}

const everywhere: readonly SecretFormReader[] = ["configuration", "policy"];

const rows = {
  "private-key": {
    what: "a private key",
    form: /-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----/,
    whole:
      /-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----(?:\\n|[\s"',+])+(?:[\w-]+: [^\n]*\s+)*[A-Za-z0-9+/=]{32,}/,
    refusedIn: everywhere,
  },
  "encoded-private-key": {
    what: "a private key in base64",
    form: /LS0tLS1CRUdJTi(?:BQUklWQVRF|BFQyBQUklWQVRF|BSU0EgUFJJVkFURS|BPUEVOU1NIIFBSSVZBVE)/,
    whole:
      /LS0tLS1CRUdJTi(?:BQUklWQVRF|BFQyBQUklWQVRF|BSU0EgUFJJVkFURS|BPUEVOU1NIIFBSSVZBVE)[A-Za-z0-9+/]{64,}/,
    refusedIn: everywhere,
  },
  "age-key": {
    what: "a private key of age",
    form: /AGE-SECRET-KEY-(?:PQ-)?1/,
    whole: /AGE-SECRET-KEY-(?:PQ-)?1[02-9AC-HJ-NP-Z]{58}/,
    refusedIn: everywhere,
  },
  "k3s-token": {
    what: "a token of k3s",
    form: /\bK10[0-9a-f]{64}::/,
    whole: /K10[0-9a-f]{64}::[\w:-]*?:?[^\s"'`:]{6,}/,
    refusedIn: everywhere,
  },
  "url-password": {
    what: "a password in a URL",
    // No shell reads a setting: a dollar or a bracket is a part of the password there.
    form: /\b[a-z][a-z0-9+.-]{0,30}:\/\/[^\s/@:]*:[^\s/@]+@/i,
    refusedIn: ["configuration"],
  },
  "url-password-in-a-script": {
    what: "a password in a URL",
    // A script may name the variable that holds it.
    form: /\b[a-z][a-z0-9+.-]{0,30}:\/\/[^\s/:@"'<>$]*:[^\s/@"'<>${}]+@/i,
    refusedIn: ["policy"],
  },
  "github-token": {
    what: "a token of GitHub",
    form: /\bgh[pousr]_[A-Za-z0-9]{36}|\bgithub_pat_\w{22,}/,
    refusedIn: everywhere,
  },
  "gitlab-token": {
    what: "a token of GitLab",
    form: /\bglpat-[\w-]{20}/,
    refusedIn: everywhere,
  },
  "grafana-token": {
    what: "a token of Grafana",
    form: /\bgl(?:sa_[A-Za-z0-9]{32}_[0-9a-f]{8}|c_[A-Za-z0-9+/]{32,}={0,2})/,
    refusedIn: everywhere,
  },
  "pulumi-token": {
    what: "an access token of Pulumi Cloud",
    form: /\bpul-[0-9a-f]{40}\b/,
    refusedIn: everywhere,
  },
  "telegram-token": {
    what: "the token of a Telegram bot",
    // In URLs `bot` stands right before it.
    form: /(?<!\d)\d{8,10}:AA[\w-]{33}(?!\w)/,
    refusedIn: everywhere,
  },
  "chat-hook": {
    what: "a hook of Slack or Discord",
    form: /hooks\.slack\.com\/services\/\w|discord(?:app)?\.com\/api\/webhooks\/\d/,
    whole:
      /https:\/\/(?:(?:\w+\.)?discord(?:app)?\.com\/api\/webhooks\/\d{15,}\/[\w-]{40,}|hooks\.slack\.com\/services\/T\w{8,}\/B\w{8,}\/\w{20,})/,
    refusedIn: everywhere,
  },
  "heartbeat-url": {
    what: "the URL of a heartbeat",
    form: /hc-ping\.com\/[0-9a-f]{8}-[0-9a-f-]{27}/,
    refusedIn: everywhere,
  },
  // Some are meant to be public: licences, tokens that may only read.
  "web-token": {
    what: "a JSON web token",
    form: /\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}/,
    refusedIn: ["policy"],
  },
  // It names a key without opening anything.
  "aws-key": {
    what: "a key of AWS",
    form: /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/,
    refusedIn: ["policy"],
  },
  // It opens nothing by itself, and charts have examples.
  "bcrypt-hash": {
    what: "a bcrypt hash",
    form: /\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}/,
    refusedIn: ["policy"],
  },
} as const satisfies Readonly<Record<string, SecretForm>>;

/** Name of a form. */
export type SecretFormId = keyof typeof rows;

/** Every form, in the order in which they are looked for. */
export const secretForms: Readonly<Record<SecretFormId, SecretForm>> = rows;

/**
 * What a text holds by its form; undefined when it looks like no secret. It is not repeated.
 *
 * @param reader who refuses it.
 */
export function secretForm(text: string, reader: SecretFormReader): string | undefined {
  return Object.values(secretForms).find(
    ({ form, refusedIn }) => refusedIn.includes(reader) && form.test(text),
  )?.what;
}

/** Every whole secret of these forms in a file. */
export function wholeSecrets(...ids: readonly SecretFormId[]): RegExp {
  const patterns = ids.map((id) => (secretForms[id].whole ?? secretForms[id].form).source);
  return new RegExp(patterns.map((pattern) => `(?:${pattern})`).join("|"), "g");
}
