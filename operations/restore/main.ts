import { readFileSync } from "node:fs";
import { print, readArguments, runCommand } from "../arguments";
import { typedWord } from "../confirm";
import { projectDirectory, readStackConfig } from "../stackFile";
import { listSnapshots, restore } from "./restore";
import { governanceFolder } from "../governance";
import { recoveryKey } from "../recoveryKey";

const usage = [
  "usage: npm run restore -- <stack> --list",
  "       npm run restore -- <stack> <snapshot> [--dry-run] [--on <server>] [--without <host>[,<host>]] [--yes]",
  "         [--recovery-key <file>] [--token-file <file>]",
  "       npm run restore -- <stack> --reset-only --on <server> [--dry-run] [--without <host>[,<host>]] [--yes]",
  "       each with [--identity <private key file>] [--directory <folder of the stack file>]",
].join("\n");

const text = { type: "string" } as const;
const flag = { type: "boolean" } as const;

runCommand(async (argv) => {
  const { words, options } = readArguments(argv, {
    ...{ list: flag, "dry-run": flag, yes: flag, "reset-only": flag, on: text, without: text },
    ...{ "recovery-key": text, "token-file": text, identity: text, directory: text },
  });
  const [stack, snapshot] = words;
  const value = (name: string): string | undefined => {
    const given = options[name];
    return typeof given === "string" ? given : undefined;
  };
  const [list, resetOnly] = [options["list"] === true, options["reset-only"] === true];
  const chosen = [list, resetOnly, snapshot !== undefined].filter(Boolean).length;
  if (stack === undefined || words.length > 2 || chosen !== 1) throw new Error(usage);
  const on = value("on");
  if (resetOnly && on === undefined) throw new Error(usage);

  const directory = value("directory") ?? projectDirectory;
  const identity = value("identity");
  const context = {
    access: {
      ...{ stack, config: readStackConfig(stack, directory) },
      identity,
    },
    recordsFolder: governanceFolder(directory),
    print,
  };
  if (list) return listSnapshots(context);
  const keyFile = value("recovery-key");
  const tokenFile = value("token-file");
  return restore({
    ...context,
    ...(snapshot === undefined ? {} : { snapshot }),
    ...(on === undefined ? {} : { on }),
    without: value("without")?.split(",") ?? [],
    dryRun: options["dry-run"] === true,
    recoveryKey: () => recoveryKey(stack, keyFile),
    ...(tokenFile === undefined ? {} : { token: readFileSync(tokenFile, "utf8") }),
    confirm: options["yes"] === true ? () => Promise.resolve(true) : typedWord,
  });
});
