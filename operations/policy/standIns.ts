import type { Made, Registration } from "../inprocess/run";

/** Stands for every generated value: known, so that what carries it shows as secret. */
const value = "stand-in";

const outputs: Readonly<Record<string, readonly string[]>> = {
  "random:index/randomPassword:RandomPassword": ["result", "bcryptHash"],
  "random:index/randomUuid:RandomUuid": ["result"],
  "tls:index/privateKey:PrivateKey": [
    ...["privateKeyOpenssh", "privateKeyPem", "publicKeyOpenssh", "publicKeyPem"],
  ],
};

/**
 * Outputs of what generates credentials. In a plan they would be unknown, and a rule could not tell
 * that what holds them holds a secret.
 */
export function generatedStandIns({ type }: Registration): Made {
  const names = outputs[type] ?? [];
  return { outputs: Object.fromEntries(names.map((name) => [name, value])) };
}
