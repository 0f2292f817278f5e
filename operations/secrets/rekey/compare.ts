import { parseJsonQuietly, parseQuietly } from "../../../config/parseQuietly";
import { fingerprint } from "../trail";
import type { Contents } from "./keyedStack";

/** Keyed fingerprints of what a stack holds, by name. */
export type Fingerprints = Readonly<Record<string, string>>;

/** The key of the trail, which a stack's own config holds. */
export function trailKeyIn(contents: Contents, project: string): string | undefined {
  const entry = contents.get(`config ${project}:trailKey`);
  return entry === undefined ? undefined : (JSON.parse(entry) as { value?: string }).value;
}

/** Fingerprints of all contents. */
export function fingerprintsOf(contents: Contents, key: string): Fingerprints {
  return Object.fromEntries(
    [...contents].map(([name, text]) => [name, fingerprint(key, name, text)]),
  );
}

/** Names of what is not as it was: other, gone or new. */
export function differences(before: Fingerprints, after: Fingerprints): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].filter((name) => before[name] !== after[name]);
}

const keyFields = ["encryptionsalt", "encryptedkey", "secretsprovider"];

/** A value without what a change of the key changes. */
function clear(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(clear);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      name === "secure" || name === "ciphertext" ? "" : clear(inner),
    ]),
  );
}

/** Whether two texts of a stack's file differ in nothing but what is encrypted. */
export function sameStackFile(one: string, other: string): boolean {
  const shape = (text: string): string => {
    const entries = Object.entries(
      (parseQuietly(text, "the stack's file") ?? {}) as Record<string, unknown>,
    );
    return JSON.stringify(clear(entries.filter(([name]) => !keyFields.includes(name))));
  };
  return shape(one) === shape(other);
}

interface LockedState {
  readonly deployment?: {
    readonly resources?: unknown;
    readonly pending_operations?: unknown;
    readonly secrets_providers?: { readonly type?: string; readonly state?: unknown };
  };
}

function deploymentIn(state: string): NonNullable<LockedState["deployment"]> {
  return (parseJsonQuietly(state, "the state") as LockedState).deployment ?? {};
}

/** Whether two states differ in nothing but what is encrypted. */
export function sameState(one: string, other: string): boolean {
  const shape = (text: string): string => {
    const { resources, pending_operations } = deploymentIn(text);
    return JSON.stringify(clear([resources ?? [], pending_operations ?? []]));
  };
  return shape(one) === shape(other);
}

/** By what key a state is encrypted: texts that differ are different keys. */
export function stateKey(state: string): string {
  return JSON.stringify(deploymentIn(state).secrets_providers ?? null);
}

/** The salt that a state's passphrase is tried on; `undefined` where a service keeps the key. */
export function stateSalt(state: string): string | undefined {
  const { salt } = (deploymentIn(state).secrets_providers?.state ?? {}) as { salt?: unknown };
  return typeof salt === "string" ? salt : undefined;
}
