import { type OptionTypes, print } from "../../arguments";
import { governanceFolder } from "../../governance";
import { readStackConfig } from "../../stackFile";
import { readSecretContent, readSecretFile } from "../formats/read";
import { fileText, readRegularFile } from "../formats/source";
import type { FormatKeys } from "../formats/types";
import { hiddenAnswer } from "../keys/hiddenAnswer";
import { configStore } from "../store";
import { clusterOptions, textOf, type Verb, type VerbCall, withKubectl } from "../verb";
import { placeOf, readCluster } from "./clusterSecrets";
import { importSecrets, type ReadSecrets } from "./importSecrets";
import { type MapRow, readMap } from "./mapFile";
import { readFiles } from "./readFiles";

/** Options of verbs that open files of secrets. */
export const fileOptions = {
  "identity-file": { type: "string", multiple: true },
  "vault-password-file": { type: "string", multiple: true },
  "sealing-key": { type: "string", multiple: true },
  map: { type: "string" },
} as const satisfies OptionTypes;

/** How {@link fileOptions} are written. */
export const fileUsage =
  "[--identity-file <age identity>]… [--vault-password-file [<id>@]<file>]… [--sealing-key <file>]… [--map <file>]";

/** Asks on the terminal; the same question, for another file, is not asked again. */
function askOnce(): (question: string) => Promise<string> {
  const answers = new Map<string, string>();
  return async (question) => {
    const what = question.replace(/ for [^]*$/, "");
    const answer = answers.get(what) ?? (await hiddenAnswer(question.replace(/:\s*$/, "")));
    answers.set(what, answer);
    return answer;
  };
}

/** What opens files, by the options of a call. */
export function keysOf({ lists }: VerbCall): FormatKeys {
  return {
    identityFiles: lists["identity-file"] ?? [],
    vaultPasswordFiles: lists["vault-password-file"] ?? [],
    sealingKeyFiles: lists["sealing-key"] ?? [],
    ...(process.stdin.isTTY ? { ask: askOnce() } : {}),
  };
}

/** The map of `--map`; none without it. */
export function mapOf(call: VerbCall): readonly MapRow[] {
  const file = textOf(call, "map");
  return file === undefined ? [] : readMap(fileText(file, readRegularFile(file, "follow")), file);
}

/** `import`: takes values out of files or a cluster. */
export const importVerb: Verb = {
  opens: true,
  usage: [
    `import <file>… ${fileUsage} [--dry-run] [--overwrite] [--partial]`,
    "import --namespace <namespace>[/<secret>] [--kubeconfig <file>] [--context <name>] [--map <file>] [--dry-run] …",
  ],
  options: {
    ...{ ...clusterOptions, ...fileOptions },
    ...{ "dry-run": { type: "boolean" }, overwrite: { type: "boolean" } },
    partial: { type: "boolean" },
  },
  run: async (call) => {
    const { stack, directory, options, words } = call;
    const namespace = textOf(call, "namespace");
    if ((words.length === 0) === (namespace === undefined)) {
      throw new Error("import takes either files or --namespace <namespace>[/<secret>]");
    }
    const [config, map] = [readStackConfig(stack, directory), mapOf(call)];
    const run = (read: ReadSecrets): Promise<number> =>
      importSecrets({
        ...{ stack, config, map, read, print, store: configStore(stack, directory) },
        dryRun: options["dry-run"] === true,
        overwrite: options["overwrite"] === true,
        partial: options["partial"] === true,
        governance: governanceFolder(directory),
      });
    if (namespace === undefined) return run(await readFiles(words, keysOf(call), readSecretFile));
    const place = placeOf(namespace);
    return withKubectl(call, async (kubectl) =>
      run(await readCluster({ kubectl, place, map, readContent: readSecretContent })),
    );
  },
};
