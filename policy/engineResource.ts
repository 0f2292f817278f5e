import { type PolicyResource, type ResourceValidationArgs, Secret } from "@pulumi/policy";
import type { Fields, Resource } from "./resource";

/**
 * The values behind what the SDK hands out. Reading them by name throws where one is not known yet,
 * and a rule has to see the rest all the same.
 */
function rawValues(props: object): Fields {
  const descriptors = Object.entries(Object.getOwnPropertyDescriptors(props));
  return Object.fromEntries(descriptors.map(([key, { value }]) => [key, value as unknown]));
}

/** The values with secrets in clear, as rules take them. */
function plain(value: unknown): unknown {
  if (value instanceof Secret) return plain(value.value);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value as Fields).map(([key, item]) => [key, plain(item)]),
  );
}

function secretPathsIn(value: unknown, path: string): string[] {
  if (value instanceof Secret) return [path];
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => secretPathsIn(item, `${path}[${String(index)}]`));
  }
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value as Fields).flatMap(([key, item]) =>
    secretPathsIn(item, path === "" ? key : `${path}.${key}`),
  );
}

/** The paths of secret inputs. Only in what is handed to a remediation are they marked. */
export function secretPathsOf({ props }: ResourceValidationArgs): string[] {
  return secretPathsIn(rawValues(props), "");
}

/** A resource of the engine's, as rules take it. */
export function engineResource(
  { urn, type, name, props, opts }: ResourceValidationArgs | PolicyResource,
  secretInputs: readonly string[],
): Resource {
  const { additionalSecretOutputs, protect } = opts;
  return {
    ...{ urn, type, name, inputs: plain(rawValues(props)) as Fields },
    ...{ secretInputs, additionalSecretOutputs, protect },
  };
}
