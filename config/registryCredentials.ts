import { z } from "zod";
import { closedSecret } from "./closedSecret";

const login = z.strictObject({ username: z.string().min(1), password: z.string().min(1) });
const credentials = z.record(z.string(), login);

/** User and password by registry. */
export type RegistryCredentials = Readonly<
  Record<string, { readonly username: string; readonly password: string }>
>;

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Reads the secret `registryCredentials`; a text of another form reads as none. */
export function readRegistryCredentials(text: string): RegistryCredentials {
  const result = credentials.safeParse(parsed(text));
  return result.success ? result.data : {};
}

/**
 * What is wrong with the secret `registryCredentials`, without a word of its content.
 *
 * @param wanted the registries that log in by it.
 */
export function registryCredentialMistakes(text: string, wanted: readonly string[]): string[] {
  if (text === closedSecret) return [];
  if (!credentials.safeParse(parsed(text)).success) {
    return ['is not JSON of the form {"<registry>": {"username": "…", "password": "…"}}'];
  }
  const given = readRegistryCredentials(text);
  return wanted
    .filter((registry) => !Object.hasOwn(given, registry))
    .map((registry) => `has no entry "${registry}", as k3s.registries.configs wants it`);
}
