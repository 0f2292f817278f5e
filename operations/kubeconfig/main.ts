import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { clusterAccess, noteAccess } from "../ssh/journal";
import { print, readArguments, runCommand } from "../arguments";
import { type Kubectl, kubectlWith, withKubeconfig } from "../cluster/kubectl";
import { governanceFolder } from "../governance";
import { operatorName } from "../records/run";
import { readSecretOutput } from "../secrets/read";
import { projectDirectory, readStackConfig } from "../stackFile";
import { renderTable } from "../table";
import { mergeIntoFile } from "./file";
import { currentContext } from "./merge";
import { issuePersonAccess, personMistake } from "./person";

const usage = [
  "usage: npm run kubeconfig -- <stack> [--file path]",
  "       npm run kubeconfig -- <stack> for <name> --role <role> [--namespace <namespace>] [--hours <n>]",
  "                             [--file path] [--kubeconfig <an administrator's>] [--context <name>]",
  "       npm run kubeconfig -- <stack> list",
  "       each with [--directory <folder of the stack file>]",
].join("\n");

function merge(path: string, added: string): void {
  const context = currentContext(added);
  const merged = mergeIntoFile(path, added);
  const lines = [
    `${merged.path}: ${merged.changed ? `context ${context} written` : `context ${context} unchanged`}`,
    ...(merged.backup === undefined ? [] : [`the file as it was: ${merged.backup}`]),
    currentContext(merged.text) === context
      ? "try: kubectl get nodes"
      : `your current context stays; try: kubectl --context ${context} get nodes`,
  ];
  print(`${lines.join("\n")}\n`);
}

async function administrator(stack: string, path: string, directory: string): Promise<number> {
  const reason = "to keep it in a kubeconfig file";
  const added = await readSecretOutput("kubeconfig", { stack, directory, reason });
  if (currentContext(added) === "") {
    throw new Error(`stack ${stack} has no kubeconfig: run pulumi up first`);
  }
  merge(path, added);
  return 0;
}

/** Who was given a certificate, those that are still good first. */
function list(stack: string, directory: string): number {
  const now = new Date().toISOString();
  const entries = clusterAccess(stack, governanceFolder(directory)).sort((left, right) =>
    left.until < right.until ? 1 : -1,
  );
  const rows = entries.map(({ name, role, namespace = "all", until, operator, serial }) => [
    ...[name, role, namespace, until < now ? `ended ${until}` : until, operator, serial],
  ]);
  print(renderTable([["name", "role", "namespace", "good until", "issued by", "serial"], ...rows]));
  print(
    "As noted on this machine. A certificate cannot be revoked: what ends it is its time, or taking its role from cluster.people.\n",
  );
  return 0;
}

runCommand(async (argv) => {
  const { words, options } = readArguments(argv, {
    ...{ file: { type: "string" }, role: { type: "string" }, hours: { type: "string" } },
    ...{ namespace: { type: "string" }, kubeconfig: { type: "string" } },
    ...{ context: { type: "string" }, directory: { type: "string" } },
  });
  const [stack, verb, name] = words;
  const text = (option: string): string | undefined => {
    const value = options[option];
    return typeof value === "string" ? value : undefined;
  };
  if (stack === undefined || words.length > 3) throw new Error(usage);
  const directory = text("directory") ?? projectDirectory;
  const file = text("file");
  const path = file === undefined ? join(homedir(), ".kube", "config") : resolve(file);
  if (verb === undefined) return administrator(stack, path, directory);
  if (verb === "list" && name === undefined) return list(stack, directory);
  const role = text("role");
  if (verb !== "for" || name === undefined || role === undefined) throw new Error(usage);

  const config = readStackConfig(stack, directory);
  const request = {
    ...{ name, role, namespace: text("namespace") },
    hours: Number(text("hours") ?? "8"),
  };
  const mistake = personMistake(request, config);
  if (mistake !== undefined) throw new Error(mistake);
  const issue = (kubectl: Kubectl) => issuePersonAccess(kubectl, config.cluster.name, request);
  const admins = text("kubeconfig");
  const access =
    admins === undefined
      ? await withKubeconfig(stack, config, directory, (known, context) =>
          issue(kubectlWith(known, text("context") ?? context)),
        )
      : await issue(kubectlWith(resolve(admins), text("context")));
  const { namespace } = request;
  const noted = noteAccess(
    stack,
    {
      ...{ kind: "kubernetes", time: new Date().toISOString(), operator: operatorName() },
      ...{ name, user: access.user, role, ...(namespace !== undefined && { namespace }) },
      ...{ serial: access.serial, until: access.until.toISOString() },
    },
    governanceFolder(directory),
  );
  merge(path, access.kubeconfig);
  print(`good until ${access.until.toISOString()}, and cannot be revoked; noted in ${noted}\n`);
  return 0;
});
