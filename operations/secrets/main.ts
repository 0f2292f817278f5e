import { type CommandLine, print, readArguments, runCommand } from "../arguments";
import { kubectlWith, withKubeconfig } from "../cluster/kubectl";
import { governanceFolder } from "../governance";
import { projectDirectory, readStackConfig } from "../stackFile";
import { importMedia } from "./importMedia";
import { clusterSource, folderSource, type KeySource } from "./sources";
import { configStore } from "./store";

const usage = [
  "usage: npm run secrets -- <stack> import-media --from <folder of config copies>",
  "       npm run secrets -- <stack> import-media --namespace <namespace> [--kubeconfig <file>] [--context <name>]",
  "       each with [--dry-run] [--overwrite] [--directory <folder of the stack file>]",
].join("\n");

type Options = CommandLine["options"];

function text(options: Options, name: string): string | undefined {
  const value = options[name];
  return typeof value === "string" ? value : undefined;
}

async function runImportMedia(stack: string, options: Options): Promise<number> {
  const directory = text(options, "directory") ?? projectDirectory;
  const [from, namespace] = [text(options, "from"), text(options, "namespace")];
  if ((from === undefined) === (namespace === undefined)) throw new Error(usage);
  const run = (source: KeySource): Promise<number> =>
    importMedia({
      ...{ stack, source, print, store: configStore(stack, directory) },
      dryRun: options["dry-run"] === true,
      overwrite: options["overwrite"] === true,
      governance: governanceFolder(directory),
    });
  if (from !== undefined) return run(folderSource(from));
  const kubeconfig = text(options, "kubeconfig");
  const context = text(options, "context");
  if (kubeconfig !== undefined) {
    return run(clusterSource(kubectlWith(kubeconfig, context), namespace ?? ""));
  }
  const config = readStackConfig(stack, directory);
  return withKubeconfig(stack, config, directory, (file, known) =>
    run(clusterSource(kubectlWith(file, context ?? known), namespace ?? "")),
  );
}

/** What can be done with secrets, by name. */
const verbs = { "import-media": runImportMedia } as const;

const isVerb = (word: string): word is keyof typeof verbs => Object.hasOwn(verbs, word);

runCommand((argv) => {
  const { words, options } = readArguments(argv, {
    ...{ from: { type: "string" }, namespace: { type: "string" } },
    ...{ kubeconfig: { type: "string" }, context: { type: "string" } },
    ...{ "dry-run": { type: "boolean" }, overwrite: { type: "boolean" } },
    directory: { type: "string" },
  });
  const [stack, verb = ""] = words;
  if (stack === undefined || words.length !== 2 || !isVerb(verb)) throw new Error(usage);
  return verbs[verb](stack, options);
});
