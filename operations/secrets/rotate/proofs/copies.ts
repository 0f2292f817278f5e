import { verifyJobName } from "../../../../components/ops/backups/settings";
import { appBackupSettings } from "../../../../stacks/appBackups";
import { runNow } from "../../../cluster/jobs";
import { kubectlWith } from "../../../cluster/kubectl";
import type { Proof } from "../proof";

const trialSeconds = 3 * 3600;

/**
 * Every app's newest copy is restored for a trial, with the new password alone: the job fails while a
 * former one opens the repository.
 */
export const appBackups: Proof = {
  after: async ({ config, cluster }) => {
    const settings = appBackupSettings(config);
    if (settings === undefined) return "no copies are made: it opens the first one";
    const { namespace, apps } = settings;
    await cluster((kubeconfig, context) =>
      runNow(kubectlWith(kubeconfig, context), namespace, verifyJobName, trialSeconds),
    );
    return `it opens the copies of ${String(apps.length)} app(s), and the old one does not`;
  },
  old: "is taken from the repository by the first job that runs",
};
