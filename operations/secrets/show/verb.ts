import { isInventoryName, secretNameHint } from "../../../config/inventory";
import { secretNames } from "../../../config/secrets";
import { print } from "../../arguments";
import { secretsInFile } from "../list/list";
import { readConfigSecret, readSecretOutput } from "../read";
import { textOf, type Verb } from "../verb";

/** `show`: prints one secret in clear, and notes who asked for it. */
export const showVerb: Verb = {
  opens: true,
  usage: ["show <name> [--reason <why>]"],
  options: { reason: { type: "string" } },
  run: async (call) => {
    const { stack, directory, words } = call;
    const [name] = words;
    if (name === undefined || words.length > 1 || !/^[a-z][A-Za-z0-9]*$/.test(name)) {
      throw new Error("show takes the name of one secret: npm run secrets -- <stack> list");
    }
    const reading = { stack, directory, reason: textOf(call, "reason") ?? "shown to a person" };
    const { given } = secretsInFile(stack, directory);
    const inConfig = secretNames.find((known) => known === name && given.includes(known));
    const value = await (
      inConfig === undefined ? readSecretOutput(name, reading) : readConfigSecret(inConfig, reading)
    ).catch((error: unknown) => {
      // Any output can be shown; what is none may be misspelled.
      const why = error instanceof Error ? error.message : String(error);
      const hint = isInventoryName(name) ? "" : `; ${name} names no secret${secretNameHint(name)}`;
      throw new Error(`${why}${hint}`, { cause: error });
    });
    print(value.endsWith("\n") ? value : `${value}\n`);
    return 0;
  },
};
