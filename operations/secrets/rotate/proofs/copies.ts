import { verifyJobName } from "../../../../components/ops/backups/settings";
import { appBackupSettings } from "../../../../stacks/appBackups";
import { runNow } from "../../../cluster/jobs";
import { kubectlWith } from "../../../cluster/kubectl";
import type { Proof } from "../proof";

const trialSeconds = 3 * 3600;

/**
 * Why a trial failed, in one line: what the script said last, which the job's logs have among much
 * else.
 */
export function whyOfTrial(stack: string, error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const said = [...text.matchAll(/^app-configs: (.*)$/gm)].at(-1)?.[1];
  if (said === undefined) return text.split("\n")[0] ?? "failed";
  const first = `npm run backup -- ${stack} app-configs makes the first copy of an app`;
  return said.includes("no copy of it") ? `${said}; ${first}` : said;
}

/**
 * Every app's newest copy is restored for a trial, with the new password alone: the job fails while a
 * former one opens the repository.
 */
export const appBackups: Proof = {
  after: async ({ stack, config, cluster }) => {
    const settings = appBackupSettings(config);
    if (settings === undefined) return "no copies are made: it opens the first one";
    const { namespace, apps } = settings;
    await cluster((kubeconfig, context) =>
      runNow(kubectlWith(kubeconfig, context), namespace, verifyJobName, trialSeconds),
    ).catch((error: unknown) => {
      throw new Error(whyOfTrial(stack, error));
    });
    return `it opens the copies of ${String(apps.length)} app(s), and the old one does not`;
  },
  old: "is taken from the repository by the first job that runs",
};
