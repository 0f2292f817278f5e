import { existsSync, readFileSync } from "node:fs";
import type { Environment } from "../../../config/passphraseRules";
import { stackFilePath } from "../../stackFile";
import type { Ask } from "./passphrase";
import { opensSalt } from "./salt";
import { readStackKey } from "./stackKey";

/** Who can be asked. */
export interface Person {
  readonly atTerminal: boolean;
  readonly ask: Ask;
}

/**
 * The passphrase of a stack that has one, where no variable has it and a person is at the terminal:
 * the CLI is run without one and could not ask.
 *
 * @returns nothing where the CLI knows by itself, or says what is missing.
 * @throws Error in one line when it is not this stack's.
 */
export async function missingPassphrase(
  stack: string,
  directory: string,
  environment: Environment,
  { atTerminal, ask }: Person,
): Promise<string | undefined> {
  const file = environment["PULUMI_CONFIG_PASSPHRASE_FILE"] ?? "";
  if (!atTerminal || file !== "" || environment["PULUMI_CONFIG_PASSPHRASE"] !== undefined) {
    return undefined;
  }
  const path = stackFilePath(stack, directory);
  if (!existsSync(path)) return undefined;
  const { provider, salt } = readStackKey(readFileSync(path, "utf8"));
  if (provider !== "passphrase" || salt === undefined) return undefined;
  const given = await ask(`passphrase of stack ${stack}`);
  if (await opensSalt(given, salt)) return given;
  throw new Error(`this does not open Pulumi.${stack}.yaml; nothing was touched`);
}
