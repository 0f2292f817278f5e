import { print } from "../arguments";
import { governanceFolder } from "../governance";
import { readStackConfig } from "../stackFile";
import { importMedia } from "./importMedia";
import { clusterSource, folderSource, type KeySource } from "./sources";
import { configStore } from "./store";
import { clusterOptions, textOf, type Verb, withKubectl } from "./verb";

/** `import-media`: takes the keys of running media apps over. */
export const importMediaVerb: Verb = {
  opens: true,
  usage: [
    "import-media --from <folder of config copies> [--dry-run] [--overwrite] [--partial]",
    "import-media --namespace <namespace> [--kubeconfig <file>] [--context <name>] [--dry-run] …",
  ],
  options: {
    ...{ ...clusterOptions, from: { type: "string" } },
    ...{ "dry-run": { type: "boolean" }, overwrite: { type: "boolean" } },
    partial: { type: "boolean" },
  },
  run: (call) => {
    const { stack, directory, options, words } = call;
    const [from, namespace] = [textOf(call, "from"), textOf(call, "namespace")];
    if (words.length > 0) throw new Error("import-media takes options alone: --from <folder>");
    const run = (source: KeySource): Promise<number> =>
      importMedia({
        ...{ stack, source, print, store: configStore(stack, directory) },
        config: readStackConfig(stack, directory),
        dryRun: options["dry-run"] === true,
        overwrite: options["overwrite"] === true,
        partial: options["partial"] === true,
        governance: governanceFolder(directory),
      });
    if (from !== undefined && namespace === undefined) return run(folderSource(from));
    if (from !== undefined || namespace === undefined) {
      throw new Error("import-media takes either --from <folder> or --namespace <namespace>");
    }
    return withKubectl(call, (kubectl) => run(clusterSource(kubectl, namespace)));
  },
};
