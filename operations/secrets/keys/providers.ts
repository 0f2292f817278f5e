/** Keepers of keys that Pulumi can ask, by the scheme of their URLs. */
export const keyServices = ["awskms", "gcpkms", "azurekeyvault", "hashivault"] as const;

/** What `--provider` takes, for messages. */
export const providerForms =
  "passphrase, awskms://<alias or id>?region=<region>, gcpkms://projects/<p>/locations/<l>/keyRings/<r>/cryptoKeys/<k>, azurekeyvault://<vault>/keys/<key>, hashivault://<key>";

const form = new RegExp(`^(${keyServices.join("|")})://[^\\s?#@][^\\s@]*$`);

/** Whether a text names a key in a service: anything with a log-in inside is none. */
export function isServiceKey(provider: string): boolean {
  return form.test(provider);
}

/**
 * Reads `--provider`.
 *
 * @throws Error in one line that lists what there is.
 * @see https://www.pulumi.com/docs/iac/concepts/secrets/#changing-the-secrets-provider-for-a-stack
 */
export function readProvider(text: string): string {
  if (text === "passphrase" || isServiceKey(text)) return text;
  // What was typed is not repeated: it might be a passphrase in the wrong place.
  throw new Error(`--provider: takes one of ${providerForms}`);
}

/**
 * What tells one key of a service from another: the same key may be written with other options, such
 * as the profile of a log-in. A region is part of the key.
 */
export function serviceKeyIdentity(provider: string): string {
  const [key = "", query = ""] = provider.split("?", 2);
  const region = new URLSearchParams(query).get("region");
  return region === null ? key : `${key}?region=${region}`;
}
