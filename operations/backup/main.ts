import { backupAppConfigs, verifyAppConfigs } from "../appConfigs/appConfigs";
import { print, readArguments, runCommand } from "../arguments";
import { kubectlWith, withKubeconfig } from "../cluster/kubectl";
import { projectDirectory, readStackConfig } from "../stackFile";
import { backupSnapshot } from "./snapshot";
import { backupVolumes, restoreVolumes } from "./volumes";
import { governanceFolder } from "../governance";
import { recoveryKey } from "../recoveryKey";

const usage = [
  "usage: npm run backup -- <stack> snapshot [--host <server>]",
  "       npm run backup -- <stack> volumes [--host <host>]",
  "       npm run backup -- <stack> restore-volumes --host <host> [--recovery-key <file>]",
  "       npm run backup -- <stack> app-configs [--app <app>]",
  "       npm run backup -- <stack> verify-app-configs",
  "       each with [--identity <private key file>] [--directory <folder of the stack file>]",
].join("\n");

const text = { type: "string" } as const;

runCommand(async (argv) => {
  const { words, options } = readArguments(argv, {
    ...{ host: text, app: text, "recovery-key": text, identity: text, directory: text },
  });
  const [stack, verb] = words;
  const value = (name: string): string | undefined => {
    const given = options[name];
    return typeof given === "string" ? given : undefined;
  };
  if (stack === undefined || words.length !== 2) throw new Error(usage);
  const [host, identity, keyFile] = [value("host"), value("identity"), value("recovery-key")];
  const directory = value("directory") ?? projectDirectory;
  const context = {
    access: {
      ...{ stack, config: readStackConfig(stack, directory) },
      identity,
    },
    recordsFolder: governanceFolder(directory),
    print,
  };
  const chosen = host === undefined ? {} : { host };
  switch (verb) {
    case "snapshot":
      return backupSnapshot({ ...context, ...chosen });
    case "volumes":
      return backupVolumes({ ...context, ...chosen });
    case "restore-volumes":
      if (host === undefined) throw new Error(usage);
      return restoreVolumes({
        ...{ ...context, host },
        recoveryKey: () => recoveryKey(stack, keyFile, directory),
      });
    case "app-configs":
    case "verify-app-configs": {
      const { config } = context.access;
      return withKubeconfig(stack, config, directory, (path, inFile) => {
        const kubectl = kubectlWith(path, inFile);
        const { recordsFolder } = context;
        const apps = { stack, config, kubectl, print, recordsFolder };
        return verb === "app-configs"
          ? backupAppConfigs(apps, value("app"))
          : verifyAppConfigs(apps);
      });
    }
    default:
      throw new Error(usage);
  }
});
