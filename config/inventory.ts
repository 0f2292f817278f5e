import { generatedSecrets, type GeneratedSecretName } from "./generatedSecrets";
import { nearest } from "./problems";
import type { Config } from "./schema";
import type { InventoryRow } from "./secretRow";
import { type SecretName, secretRows } from "./secrets";

/** The name of any secret, by which commands, records and `secrets.rotated` call it. */
export type InventoryName = SecretName | GeneratedSecretName;

/** Every secret there is: those a stack may be given, then those that are only ever made. */
export const inventory: Readonly<Record<InventoryName, InventoryRow>> = {
  ...secretRows,
  ...generatedSecrets,
};

/** The names of all secrets, in the table's order. */
export const inventoryNames = Object.keys(inventory) as InventoryName[];

/** Whether a word names a secret. */
export function isInventoryName(word: string): word is InventoryName {
  return Object.hasOwn(inventory, word);
}

/** The secrets that a stack has a use for, in the table's order. */
export function usedSecrets(config: Config): InventoryName[] {
  return inventoryNames.filter((name) => inventory[name].used(config));
}

/** Since when a value is in use, where somebody noted it: a date or a moment of ISO 8601. */
export function rotatedSince({ secrets }: Config, name: InventoryName): string | undefined {
  return secrets.rotated[name];
}

// The configuration's own schema asks by these: their types say nothing of the configuration.

/** As {@link isInventoryName}. */
export function isKnownSecret(word: string): boolean {
  return isInventoryName(word);
}

/** What might have been meant by a word that names no secret. */
export function secretNameHint(word: string): string {
  return nearest(word, inventoryNames);
}

/** Why a secret is never replaced; `undefined` where it can be. */
export function neverRotated(name: string): string | undefined {
  if (!isInventoryName(name)) return undefined;
  const { rotation } = inventory[name];
  return rotation.by === "never" ? rotation.why : undefined;
}
