import { inventory, inventoryNames, type InventoryName } from "../../../config/inventory";
import type { Config } from "../../../config/schema";
import type { InventoryRow } from "../../../config/secretRow";
import {
  secretNames,
  secretRows,
  setSecretCommand,
  type SecretName,
} from "../../../config/secrets";
import { projectName, readStackConfig, readStackFile } from "../../stackFile";
import { renderTable } from "../../table";

/** What a stack has of a secret. */
export type SecretState =
  /** The stack cannot run without it, and it is not there. */
  | "missing"
  /** Its value stands in the stack's file as it is. */
  | "in clear"
  /** It is in the stack's encrypted config. */
  | "given"
  /** Bramble makes it, or has made it. */
  | "generated"
  /** It may be given and is not. */
  | "optional"
  | "not used";

function isSecretName(name: InventoryName): name is SecretName {
  return (secretNames as readonly string[]).includes(name);
}

/** What a stack has of a secret, and where its file has it in clear. */
export function stateOf(
  name: InventoryName,
  config: Config,
  file: { readonly given: readonly string[]; readonly clear: readonly string[] },
): SecretState {
  if (file.clear.includes(name)) return "in clear";
  if (file.given.includes(name)) return "given";
  const row: InventoryRow = inventory[name];
  if (isSecretName(name) && secretRows[name].required(config)) return "missing";
  if (!row.used(config)) return "not used";
  return row.kind === "generated" ? "generated" : "optional";
}

/** The names of secrets in a stack's file: encrypted, and in clear. */
export function secretsInFile(
  stack: string,
  directory: string,
): { readonly given: SecretName[]; readonly clear: SecretName[] } {
  const { config, secretKeys } = readStackFile(stack, {}, directory);
  const there = secretNames.filter((name) => config[`${projectName}:${name}`] !== undefined);
  const given = there.filter((name) => secretKeys.includes(`${projectName}:${name}`));
  return { given, clear: there.filter((name) => !given.includes(name)) };
}

/** What `list` is told. */
export interface ListOptions {
  readonly stack: string;
  /** Folder of the stack's file. */
  readonly directory: string;
  readonly print: (text: string) => void;
}

/**
 * Lists what a stack's file has of every secret. Opens none and asks nobody.
 *
 * @returns the exit code: 2 when one is missing or in clear.
 */
export function list({ stack, directory, print }: ListOptions): number {
  const config = readStackConfig(stack, directory);
  const file = secretsInFile(stack, directory);
  const rows = inventoryNames.map((name) => ({ name, state: stateOf(name, config, file) }));
  const wrong = rows.filter(({ state }) => state === "missing" || state === "in clear");
  print(
    renderTable([
      ["SECRET", "STATE", "SINCE", "USED BY"],
      ...rows
        .filter(({ state }) => state !== "not used")
        .map(({ name, state }) => [
          name,
          state,
          config.secrets.rotated[name] ?? "-",
          inventory[name].consumers.join(", "),
        ]),
    ]),
  );
  for (const { name, state } of wrong) {
    if (isSecretName(name)) {
      const first = state === "in clear" ? "in clear text: change the value, then " : "missing: ";
      print(`${name} is ${first}${setSecretCommand(stack, name)}\n`);
    }
  }
  return wrong.length > 0 ? 2 : 0;
}
