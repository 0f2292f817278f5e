import { readFileSync } from "node:fs";
import { stackFilePath } from "../../stackFile";
import { replaceFile } from "../../stackFileEdit";
import type { GivenPassphrase } from "../keys/passphrase";
import { readStackKey } from "../keys/stackKey";
import { stateSalt } from "./compare";
import { dropCopies } from "./copies";
import { type Change, noteRekey, type RekeyOptions } from "./options";

/** @throws Error when what shall open nothing any more does open something. */
export async function proveClosed(
  options: RekeyOptions,
  present: GivenPassphrase | undefined,
): Promise<void> {
  if (present === undefined) return;
  const { stack, directory, engine } = options;
  const { salt } = readStackKey(readFileSync(stackFilePath(stack, directory), "utf8"));
  const ofState = stateSalt(await engine.lockedState());
  for (const [where, one] of [
    ["the stack's file", salt],
    ["the state", ofState],
  ] as const) {
    if (one !== undefined && (await options.opens(present.value, one))) {
      throw new Error(`the old passphrase still opens ${where}`);
    }
  }
}

/** How many of some names are of the config, or of the state. */
export function count(names: readonly string[], kind: "config" | "state"): string {
  return String(names.filter((name) => name.startsWith(`${kind} `)).length);
}

/**
 * The change is proven: the file of the passphrase follows, the copies go, and what is left to do is
 * said.
 *
 * @returns the exit code.
 */
export function finish(
  options: RekeyOptions,
  { present, wanted, provider }: Pick<Change, "present" | "wanted" | "provider">,
  before: readonly string[],
): number {
  const { stack, directory, print } = options;
  const holder = wanted === undefined ? provider : "the new passphrase";
  const lines = [
    `all ${count(before, "config")} values of the config and ${count(before, "state")} resources of the state open by ${holder} and are as they were`,
  ];
  if (present !== undefined) lines.push("the old passphrase opens neither");
  if (wanted !== undefined && present?.file !== undefined) {
    if (readFileSync(present.file, "utf8").trim() !== wanted.value) {
      replaceFile(present.file, `${wanted.value}\n`);
    }
    lines.push(`${present.file} holds the new one`);
  } else if (wanted !== undefined) {
    lines.push("give the new one to every shell and pipeline that has the old one");
  }
  if (wanted?.file !== undefined) {
    lines.push(
      `remove ${wanted.file} once the passphrase is where docs/runbooks/key-custody.md says`,
    );
  }
  lines.push(
    `commit Pulumi.${stack}.yaml`,
    `Git's history of it, and older copies of the state, still open by the old key. Did that leak, then all they hold has leaked: npm run secrets -- ${stack} rotate, by docs/runbooks/secrets-rotation.md#after-a-leak`,
  );
  dropCopies(stack, directory);
  print(`${lines.join("\n")}\n`);
  noteRekey(options, provider, "done");
  return 0;
}
