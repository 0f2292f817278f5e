import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { FormatKeys } from "../../../../operations/secrets/formats/types";
import type { Maker, MadeFile } from "../../../tiers/import/made";
import { edgeValues } from "../../../tiers/import/values";

const folder = join(__dirname, "fixtures");

/** Files that the real tools made, and what must be read from them. */
export const fixtures = JSON.parse(
  readFileSync(join(folder, "expected.json"), "utf8"),
  (_, value: unknown) => (value === "@long" ? edgeValues.long : value),
) as readonly (MadeFile & Pick<Maker, "name" | "bySops">)[];

export const fixtureFile = (name: string): string => join(folder, name);

/** Nothing of the machine's own: no keys of its user, no programs. */
export const bareEnvironment = { HOME: "/nonexistent", PATH: "/nonexistent" };

export function fixtureKeys(keys: MadeFile["keys"] = {}): FormatKeys {
  const files = (names: readonly string[] = []): string[] =>
    names.map((name) => name.replace(/^(\w+@)?/, `$1${folder}/`));
  return {
    identityFiles: files(keys.identityFiles),
    vaultPasswordFiles: files(keys.vaultPasswordFiles),
    sealingKeyFiles: files(keys.sealingKeyFiles),
    environment: bareEnvironment,
  };
}
