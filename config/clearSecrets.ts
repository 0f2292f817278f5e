import { secretForm } from "../catalogue/secretForms";
import { formatPath, type Problem } from "./problems";

function texts(value: unknown, path: readonly PropertyKey[]): [readonly PropertyKey[], string][] {
  if (typeof value === "string") return [[path, value]];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, part]) =>
    texts(part, [...path, Array.isArray(value) ? Number(key) : key]),
  );
}

/**
 * Settings that hold a secret in clear, whatever they are for: it would be in Git, in plans and in
 * logs. What they hold is not repeated.
 */
export function clearSecretProblems(config: object): Problem[] {
  return texts(config, []).flatMap(([path, text]) => {
    const what = secretForm(text, "configuration");
    if (what === undefined) return [];
    return {
      path: formatPath(path),
      message: `holds ${what} in clear text: take it out, change it where it is valid, and keep the new one as a secret (docs/secrets.md)`,
    };
  });
}
