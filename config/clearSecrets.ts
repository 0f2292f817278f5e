import { formatPath, type Problem } from "./problems";

/** What no setting may hold, whatever it is for: it would be in Git, in plans and in logs. */
const kinds: readonly { readonly form: RegExp; readonly what: string }[] = [
  { form: /\b[a-z][a-z0-9+.-]*:\/\/[^\s/@:]*:[^\s/@]+@/i, what: "a URL with a password" },
  { form: /-----BEGIN [A-Z ]*PRIVATE KEY-----/, what: "a private key" },
  { form: /AGE-SECRET-KEY-1/, what: "a key of age" },
  { form: /\bK10[0-9a-f]{64}::/, what: "a token of k3s" },
];

function texts(value: unknown, path: readonly PropertyKey[]): [readonly PropertyKey[], string][] {
  if (typeof value === "string") return [[path, value]];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, part]) =>
    texts(part, [...path, Array.isArray(value) ? Number(key) : key]),
  );
}

/** Settings that hold a secret in clear; what they hold is not repeated. */
export function clearSecretProblems(config: object): Problem[] {
  return texts(config, []).flatMap(([path, text]) =>
    kinds
      .filter(({ form }) => form.test(text))
      .map(({ what }) => ({
        path: formatPath(path),
        message: `holds ${what} in clear text: take it out, change it where it is valid, and keep the new one as a secret (docs/secrets.md)`,
      })),
  );
}
