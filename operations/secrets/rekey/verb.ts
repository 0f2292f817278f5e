import { print } from "../../arguments";
import { governanceFolder } from "../../governance";
import { hiddenAnswer } from "../keys/hiddenAnswer";
import { readProvider } from "../keys/providers";
import { opensSalt } from "../keys/salt";
import { configStore } from "../store";
import { textOf, type Verb } from "../verb";
import { keyedStack, keyVariables } from "./keyedStack";
import { rekey } from "./rekey";

/** `rekey`: encrypts config and state by another key. */
export const rekeyVerb: Verb = {
  usage: [
    "rekey [--new-passphrase-file <file>] [--reason <why>] [--dry-run]",
    "rekey --provider <passphrase or URL of a service's key> [--reason <why>] [--dry-run]",
  ],
  options: {
    ...{ provider: { type: "string" }, "new-passphrase-file": { type: "string" } },
    ...{ reason: { type: "string" }, "dry-run": { type: "boolean" } },
  },
  run: (call) => {
    const { stack, directory, options, words } = call;
    // A passphrase among the words would be in the shell's history and in the process list already.
    if (words.length > 0) {
      throw new Error(
        "rekey takes no words: the new passphrase comes from BRAMBLE_NEW_PASSPHRASE, --new-passphrase-file or the terminal",
      );
    }
    const provider = textOf(call, "provider");
    return rekey({
      ...{ stack, directory, print, ask: hiddenAnswer, environment: process.env },
      provider: provider === undefined ? undefined : readProvider(provider),
      newPassphraseFile: textOf(call, "new-passphrase-file"),
      dryRun: options["dry-run"] === true,
      reason: textOf(call, "reason") ?? "a planned change of the key",
      ...{ engine: keyedStack(stack, directory), opens: opensSalt },
      store: (key) => configStore(stack, directory, keyVariables(key)),
      governance: governanceFolder(directory),
    });
  },
};
