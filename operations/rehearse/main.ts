import { parseConfig } from "../../config/parse";
import { copiesGoTo } from "../../config/appBackupsSchema";
import { problemLine } from "../../config/problems";
import type { Config } from "../../config/schema";
import { print, readArguments, runCommand } from "../arguments";
import { kubectlWith, withKubeconfig } from "../cluster/kubectl";
import { governanceFolder } from "../governance";
import { readConfigSecret } from "../secrets/read";
import { projectDirectory, readStackConfig } from "../stackFile";
import { rehearsalSections } from "./derive";
import { type RehearsalSecrets, withPulumiRehearsal } from "./engine";
import { clearRehearsal, rehearse } from "./rehearse";

const usage =
  "usage: npm run rehearse -- <stack> [--clear] [--directory <folder of the stack file>]";

/** What the place of copies asks for, from the real stack's encrypted config. */
async function secretsOf(
  stack: string,
  config: Config,
  directory: string,
): Promise<RehearsalSecrets> {
  const names = [
    ...(copiesGoTo(config, "s3") ? (["snapshotS3AccessKey", "snapshotS3SecretKey"] as const) : []),
    ...(copiesGoTo(config, "ssh") ? (["snapshotSshKey"] as const) : []),
  ];
  const values = names.map(async (name) => [
    name,
    await readConfigSecret(name, { stack, directory, reason: "for copies of the rehearsal" }),
  ]);
  return Object.fromEntries(await Promise.all(values)) as RehearsalSecrets;
}

runCommand(async (argv) => {
  const { words, options } = readArguments(argv, {
    clear: { type: "boolean" },
    directory: { type: "string" },
  });
  const [stack] = words;
  const { directory = projectDirectory } = options;
  if (stack === undefined || words.length !== 1 || typeof directory !== "string") {
    throw new Error(usage);
  }
  const config = readStackConfig(stack, directory);
  return withKubeconfig(stack, config, directory, async (kubeconfigPath, context) => {
    const kubectl = kubectlWith(kubeconfigPath, context);
    if (options["clear"] === true) return clearRehearsal(kubectl, print);
    const cluster = { kubeconfigPath, context };
    const derived = parseConfig(rehearsalSections(config, cluster));
    if (derived.config === undefined) {
      throw new Error(derived.problems.map(problemLine).join("\n"));
    }
    const rehearsed = derived.config;
    const secrets = await secretsOf(stack, rehearsed, directory);
    return withPulumiRehearsal(secrets, (engine) =>
      rehearse(
        {
          ...{ stack, config, cluster, kubectl, engine, print },
          recordsFolder: governanceFolder(directory),
        },
        rehearsed,
      ),
    );
  });
});
