import type { CommandLine, OptionTypes } from "../arguments";
import { kubectlWith, type Kubectl, withKubeconfig } from "../cluster/kubectl";
import { readStackConfig } from "../stackFile";

/** One call of a verb: `npm run secrets -- <stack> <verb> <word>… [--option value]`. */
export interface VerbCall extends CommandLine {
  readonly stack: string;
  /** Words after the verb. */
  readonly words: readonly string[];
  /** Folder of the stack file. */
  readonly directory: string;
}

/** Something that can be done with secrets. */
export interface Verb {
  /** What stands after `<stack>`, one line per way to call it. */
  readonly usage: readonly string[];
  /** Its options; `--directory` is every verb's. */
  readonly options: OptionTypes;
  /** Whether it opens the stack's values: a passphrase that is nowhere is asked for first. */
  readonly opens?: true;
  /** Does it; returns the exit code. */
  readonly run: (call: VerbCall) => Promise<number>;
}

/** Usage of verbs, as people read it. */
export function usageOf(verbs: Readonly<Record<string, Verb>>): string {
  const lines = Object.values(verbs).flatMap(({ usage }) => usage);
  return [
    ...lines.map(
      (line, index) => `${index === 0 ? "usage:" : "      "} npm run secrets -- <stack> ${line}`,
    ),
    "       each with [--directory <folder of the stack file>]",
  ].join("\n");
}

/** An option with a value. */
export function textOf({ options }: VerbCall, name: string): string | undefined {
  const value = options[name];
  return typeof value === "string" ? value : undefined;
}

/** Options of verbs that read a cluster. */
export const clusterOptions = {
  ...{ namespace: { type: "string" }, kubeconfig: { type: "string" }, context: { type: "string" } },
} as const satisfies OptionTypes;

/** Works with the cluster of `--kubeconfig` and `--context`, or else with the stack's own. */
export async function withKubectl<T>(
  call: VerbCall,
  work: (kubectl: Kubectl) => Promise<T>,
): Promise<T> {
  const { stack, directory } = call;
  const [kubeconfig, context] = [textOf(call, "kubeconfig"), textOf(call, "context")];
  if (kubeconfig !== undefined) return work(kubectlWith(kubeconfig, context));
  return withKubeconfig(stack, readStackConfig(stack, directory), directory, (file, known) =>
    work(kubectlWith(file, context ?? known)),
  );
}
