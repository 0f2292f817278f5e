import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { type Environment, passphraseMistake } from "../../../config/passphraseRules";

/** Asks a person, without showing what is typed. */
export type Ask = (question: string) => Promise<string>;

/** A passphrase, and how it was given. */
export interface GivenPassphrase {
  readonly value: string;
  /** For messages: a variable, a file or the terminal. */
  readonly from: string;
  /** The file it was read from. */
  readonly file?: string;
}

/** Variable with a stack's new passphrase. Pulumi has none for it. */
export const newPassphraseVariable = "BRAMBLE_NEW_PASSPHRASE";

function readFile(path: string, from: string): GivenPassphrase {
  const file = resolve(path);
  try {
    // As Pulumi reads it: the line end that editors leave is no part of it.
    return { value: readFileSync(file, "utf8").trim(), from, file };
  } catch {
    throw new Error(`${from}: ${file} cannot be read`);
  }
}

/**
 * The passphrase a stack has: from where Pulumi would take it.
 *
 * @throws Error in one line when it is nowhere and nobody can be asked.
 */
export async function presentPassphrase(
  stack: string,
  environment: Environment,
  ask: Ask,
): Promise<GivenPassphrase> {
  const direct = environment["PULUMI_CONFIG_PASSPHRASE"];
  if (direct !== undefined) return { value: direct, from: "PULUMI_CONFIG_PASSPHRASE" };
  const file = environment["PULUMI_CONFIG_PASSPHRASE_FILE"] ?? "";
  if (file !== "") return readFile(file, "PULUMI_CONFIG_PASSPHRASE_FILE");
  return { value: await ask(`passphrase of stack ${stack}, as it is`), from: "the terminal" };
}

async function asked(stack: string, ask: Ask): Promise<GivenPassphrase> {
  const value = await ask(`new passphrase of stack ${stack}`);
  if ((await ask("the same again")) !== value) {
    throw new Error("the two differ; nothing was touched");
  }
  return { value, from: "the terminal" };
}

/**
 * The passphrase a stack shall have: from BRAMBLE_NEW_PASSPHRASE, a file, or the terminal.
 *
 * @throws Error in one line when it comes from two places, or is too weak.
 */
export async function newPassphrase(
  stack: string,
  file: string | undefined,
  environment: Environment,
  ask: Ask,
): Promise<GivenPassphrase> {
  const direct = environment[newPassphraseVariable];
  if (direct !== undefined && file !== undefined) {
    throw new Error(`--new-passphrase-file and ${newPassphraseVariable}: give one of them`);
  }
  const given =
    direct !== undefined
      ? { value: direct, from: newPassphraseVariable }
      : file !== undefined
        ? readFile(file, "--new-passphrase-file")
        : await asked(stack, ask);
  const mistake = passphraseMistake(given.value);
  if (mistake !== undefined) {
    throw new Error(`the new passphrase (${given.from}) ${mistake}; nothing was touched`);
  }
  return given;
}
