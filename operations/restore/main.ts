import { readFileSync } from "node:fs";
import { restoreAppConfig } from "../appConfigs/appConfigs";
import { print, readArguments, runCommand } from "../arguments";
import { kubectlWith, withKubeconfig } from "../cluster/kubectl";
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
  "       npm run restore -- <stack> app-configs <app> [--copy <id>] [--yes]",
  "       each with [--identity <private key file>] [--directory <folder of the stack file>]",
].join("\n");

const text = { type: "string" } as const;
const flag = { type: "boolean" } as const;

runCommand(async (argv) => {
  const { words, options } = readArguments(argv, {
    ...{ list: flag, "dry-run": flag, yes: flag, "reset-only": flag, on: text, without: text },
    ...{ copy: text, "recovery-key": text, "token-file": text, identity: text, directory: text },
  });
  const [stack, snapshot, app] = words;
  const value = (name: string): string | undefined => {
    const given = options[name];
    return typeof given === "string" ? given : undefined;
  };
  const [list, resetOnly] = [options["list"] === true, options["reset-only"] === true];
  const ofApp = snapshot === "app-configs" && app !== undefined && words.length === 3;
  const chosen = [list, resetOnly, snapshot !== undefined].filter(Boolean).length;
  if (stack === undefined || (words.length > 2 && !ofApp) || chosen !== 1) throw new Error(usage);
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
  const confirm = options["yes"] === true ? () => Promise.resolve(true) : typedWord;
  if (ofApp) {
    const { config } = context.access;
    const copy = value("copy");
    return withKubeconfig(stack, config, directory, (path, inFile) =>
      restoreAppConfig({
        ...{ stack, config, kubectl: kubectlWith(path, inFile), print, app, confirm },
        recordsFolder: context.recordsFolder,
        ...(copy === undefined ? {} : { snapshot: copy }),
      }),
    );
  }
  if (list) return listSnapshots(context);
  const keyFile = value("recovery-key");
  const tokenFile = value("token-file");
  return restore({
    ...context,
    ...(snapshot === undefined ? {} : { snapshot }),
    ...(on === undefined ? {} : { on }),
    without: value("without")?.split(",") ?? [],
    dryRun: options["dry-run"] === true,
    recoveryKey: () => recoveryKey(stack, keyFile, directory),
    ...(tokenFile === undefined ? {} : { token: readFileSync(tokenFile, "utf8") }),
    confirm,
  });
});
