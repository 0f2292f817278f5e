import type { Environment } from "../../../config/passphraseRules";
import { renderTable } from "../../table";
import { stackKeysIn } from "../keys/stackKey";
import { stateSalt } from "../rekey/compare";
import { findCopies } from "../rekey/copies";
import {
  environmentFindings,
  fileFindings,
  type KeyFinding,
  type Opens,
  passphraseAtHand,
  passphraseFindings,
  sharedFindings,
} from "./findings";

/** What a look at a stack's key is told. */
export interface CheckOptions {
  readonly stack: string;
  /** Folder of the stacks' files. */
  readonly directory: string;
  readonly environment: Environment;
  readonly opens: Opens;
  /** The state, its secrets encrypted; rejects where it cannot be had. */
  readonly state: () => Promise<string>;
  readonly print: (text: string) => void;
}

/** A run of `rekey` that was cut off leaves copies, or config and state under two keys. */
async function halfChanged(options: CheckOptions, salt: string | undefined): Promise<KeyFinding[]> {
  const { stack, directory, environment, opens } = options;
  const mend = `npm run secrets -- ${stack} rekey`;
  const copies = findCopies(stack, directory);
  if (copies !== undefined) {
    const what = `a change of the key, of ${copies.note.startedAt}, was cut off`;
    return [{ where: copies.folder, what, mend }];
  }
  const ofState = stateSalt(await options.state());
  if (ofState === salt) return [];
  const passphrase = passphraseAtHand(environment) ?? "";
  if (salt !== undefined && ofState !== undefined && (await opens(passphrase, ofState))) return [];
  const what = "the state has another key than the stack's file";
  return [{ where: "the state", what, mend: "docs/runbooks/key-custody.md" }];
}

/**
 * Looks at the keys of all stacks of a folder, and at how one's passphrase is given.
 *
 * @returns the exit code: 2 when something is to be mended, 1 when something could not be looked at.
 */
export async function checkKeys(options: CheckOptions): Promise<number> {
  const { stack, directory, environment, opens, print } = options;
  const keys = stackKeysIn(directory);
  const own = keys.get(stack);
  if (own === undefined) {
    throw new Error(`no Pulumi.${stack}.yaml here: the first argument is the name of a stack`);
  }
  const byPassphrase = own.salt !== undefined;
  const findings: KeyFinding[] = [
    ...[...keys].flatMap(([name, key]) => fileFindings(name, key)),
    ...sharedFindings(stack, keys),
    ...(byPassphrase ? environmentFindings(environment, directory) : []),
    ...(await passphraseFindings(
      stack,
      byPassphrase ? passphraseAtHand(environment) : undefined,
      keys,
      opens,
    )),
  ];
  let unseen: string | undefined;
  try {
    findings.push(...(await halfChanged(options, own.salt)));
  } catch (error) {
    unseen = error instanceof Error ? error.message : String(error);
  }
  const rows = findings.map(({ where, what, mend }) => [where, what, mend]);
  if (rows.length > 0) print(renderTable([["WHERE", "WHAT", "MEND"], ...rows]));
  else print(`${String(keys.size)} stacks looked at: ${stack} has a key of its own\n`);
  if (byPassphrase && passphraseAtHand(environment) === undefined) {
    print("without its passphrase at hand: whether another stack has the same was not tried\n");
  }
  if (unseen !== undefined) print(`the state could not be looked at: ${unseen}\n`);
  return findings.length > 0 ? 2 : unseen === undefined ? 0 : 1;
}
