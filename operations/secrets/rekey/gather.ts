import { accessSync, constants, realpathSync } from "node:fs";
import { dirname } from "node:path";
import { passphraseWeakness } from "../../../config/passphraseRules";
import { stackFilePath } from "../../stackFile";
import { newPassphrase, presentPassphrase } from "../keys/passphrase";
import { serviceKeyIdentity } from "../keys/providers";
import { type StackKey, stackKeysIn } from "../keys/stackKey";
import type { Change, RekeyOptions } from "./options";

/** Each environment has a key of its own. */
async function refuseShared(options: RekeyOptions, { provider, wanted }: Change): Promise<void> {
  for (const [stack, other] of stackKeysIn(options.directory)) {
    if (stack === options.stack) continue;
    const shared =
      wanted === undefined
        ? other.provider !== undefined &&
          serviceKeyIdentity(other.provider) === serviceKeyIdentity(provider)
        : other.salt !== undefined && (await options.opens(wanted.value, other.salt));
    if (shared) {
      throw new Error(
        `stack ${stack} has this key: each environment needs its own; nothing was touched`,
      );
    }
  }
}

/** The file of the present passphrase takes the new one, so it must be possible to replace it. */
function refuseUnwritable({ present, wanted }: Change): void {
  if (present?.file === undefined || wanted === undefined) return;
  if (wanted.file !== undefined && realpathSync(wanted.file) === realpathSync(present.file)) {
    throw new Error(
      `--new-passphrase-file is the file of the present passphrase: keep that one as it is until the change is proven`,
    );
  }
  try {
    accessSync(dirname(realpathSync(present.file)), constants.W_OK);
  } catch {
    throw new Error(`${present.file} cannot be replaced: make its folder writable for you`);
  }
}

/**
 * Gathers the present and the new key.
 *
 * @throws Error in one line when the present one does not open the stack, or the new one will not do.
 */
export async function gather(options: RekeyOptions, key: StackKey): Promise<Change> {
  const { stack, environment, ask } = options;
  const path = stackFilePath(stack, options.directory);
  const provider = options.provider ?? key.provider ?? "passphrase";
  const present =
    key.salt === undefined ? undefined : await presentPassphrase(stack, environment, ask);
  if (present !== undefined && !(await options.opens(present.value, key.salt ?? ""))) {
    throw new Error(
      `the passphrase from ${present.from} does not open Pulumi.${stack}.yaml; nothing was touched`,
    );
  }
  if (provider !== "passphrase" && options.newPassphraseFile !== undefined) {
    throw new Error("--new-passphrase-file: a service keeps the key, there is no passphrase");
  }
  const wanted =
    provider === "passphrase"
      ? await newPassphrase(stack, options.newPassphraseFile, environment, ask)
      : undefined;
  const weakness = wanted && passphraseWeakness(wanted.value);
  if (weakness !== undefined) options.print(`warning: the new passphrase ${weakness}\n`);
  if (wanted !== undefined && wanted.value === present?.value) {
    throw new Error("the new passphrase is the one the stack has; nothing was touched");
  }
  const change: Change = {
    ...{ path, provider, present, wanted },
    from: { passphrase: present?.value },
    to: { passphrase: wanted?.value },
  };
  await refuseShared(options, change);
  refuseUnwritable(change);
  return change;
}
