import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Environment, givenPassphraseMistake } from "./passphraseRules";
import type { Problem } from "./problems";

/**
 * What is wrong with how a stack's passphrase is given, as far as that is told at once. A stack whose
 * key a service keeps has none, and what is set then does no harm.
 *
 * @param directory folder of the stack's file.
 */
export function passphraseProblems(
  stack: string,
  environment: Environment = process.env,
  directory: string = process.cwd(),
): Problem[] {
  let text: string;
  try {
    text = readFileSync(join(directory, `Pulumi.${stack}.yaml`), "utf8");
  } catch {
    return [];
  }
  if (!/^encryptionsalt:\s*\S/m.test(text)) return [];
  const mistake = givenPassphraseMistake(environment);
  if (mistake === undefined) return [];
  const message = `${mistake.what}: ${mistake.mend}`.replaceAll("<stack>", stack);
  return [{ path: "passphrase", message }];
}
