import { rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { stringify } from "yaml";
import { print, readArguments, runCommand } from "../arguments";
import { type Kubectl, kubectlWith, withKubeconfig } from "../cluster/kubectl";
import { typedWord } from "../confirm";
import { stackRegistrations } from "../plan/plan";
import { withPrivateFolder } from "../privateFolder";
import { governanceFolder } from "../governance";
import { configStore } from "../secrets/store";
import { noteSecrets, trailKey } from "../secrets/trail";
import { projectDirectory, readStackConfig } from "../stackFile";
import { applyDeployer, removeDeployer, type WantedNamespace } from "./apply";
import { lackLines, lacks } from "./check";
import { clusterEntry, issueToken, renderUserKubeconfig } from "./kubeconfig";
import { renderDeployer } from "./manifests";
import { type Rights, rightsOf } from "./rights";

const usage = [
  "usage: npm run access -- <stack> deployer [--hours <n>] [--file <file>] [--prune]",
  "       npm run access -- <stack> check",
  "       npm run access -- <stack> show",
  "       npm run access -- <stack> revoke",
  "       deployer and revoke need an administrator: [--kubeconfig <file>] [--context <name>]",
  "       each with [--directory <folder of the stack file>]",
  "check ends with 0 when the deployer may do all that the program does, with 2 when it lacks something.",
].join("\n");

/** A year, like the certificates of administrators. */
const defaultHours = 8760;

interface Wanted {
  readonly rights: Rights;
  readonly namespaces: readonly WantedNamespace[];
}

async function wantedOf(stack: string, directory: string): Promise<Wanted> {
  const registrations = await stackRegistrations(stack, directory);
  const namespaces = registrations
    .filter(({ type }) => type === "kubernetes:core/v1:Namespace")
    .map(({ shown }) => shown["metadata"] as { name: string; labels?: Record<string, string> })
    .map(({ name, labels = {} }) => ({ name, labels }));
  return { rights: rightsOf(registrations), namespaces };
}

/** Works with a kubeconfig's text as a file that is gone afterwards. */
function withText<T>(text: string, work: (kubectl: Kubectl) => Promise<T>): Promise<T> {
  return withPrivateFolder((folder) => {
    const file = join(folder, "kubeconfig");
    writeFileSync(file, text, { mode: 0o600 });
    return work(kubectlWith(file));
  });
}

runCommand(async (argv) => {
  const { words, options } = readArguments(argv, {
    ...{ hours: { type: "string" }, file: { type: "string" }, prune: { type: "boolean" } },
    ...{ kubeconfig: { type: "string" }, context: { type: "string" } },
    directory: { type: "string" },
  });
  const [stack, verb] = words;
  const text = (name: string): string | undefined => {
    const value = options[name];
    return typeof value === "string" ? value : undefined;
  };
  if (stack === undefined || words.length > 2) throw new Error(usage);
  const directory = text("directory") ?? projectDirectory;
  const config = readStackConfig(stack, directory);
  const file = text("file");
  const asAdmin = <T>(work: (kubectl: Kubectl) => Promise<T>): Promise<T> => {
    const given = text("kubeconfig");
    const { source, access, kubeconfigPath } = config.cluster;
    const known = source === "k3s" || access === "admin" || kubeconfigPath !== undefined;
    if (given === undefined && !known) {
      throw new Error("name an administrator's kubeconfig: --kubeconfig <file>");
    }
    return given === undefined
      ? withKubeconfig(stack, config, directory, (path, context) =>
          work(kubectlWith(path, text("context") ?? context)),
        )
      : work(kubectlWith(resolve(given), text("context")));
  };

  if (verb === "show") {
    const { rights } = await wantedOf(stack, directory);
    print(
      renderDeployer(rights)
        .map((one) => `---\n${stringify(one)}`)
        .join(""),
    );
    return 0;
  }
  if (verb === "check") {
    const { rights } = await wantedOf(stack, directory);
    const given = await configStore(stack, directory).get("deployerKubeconfig");
    const mend = `npm run access -- ${stack} deployer`;
    if (given === undefined)
      throw new Error(`stack ${stack} has no deployer: \`${mend}\` makes one`);
    const found = await withText(given, (kubectl) => lacks(kubectl, rights));
    for (const line of lackLines(found)) print(`the deployer lacks, ${line}\n`);
    if (found.length === 0) print("the deployer may do all that the program does\n");
    else print(`an administrator gives it that: \`${mend}\`\n`);
    return found.length === 0 ? 0 : 2;
  }
  if (verb === "revoke") {
    const word = `revoke ${config.cluster.name}`;
    const question = `The deployer of cluster ${config.cluster.name} goes, and all its tokens with it.`;
    if (!(await typedWord(question, word))) return 1;
    await asAdmin(removeDeployer);
    print(
      `gone. Set cluster.access to admin, or make a new one: npm run access -- ${stack} deployer\n`,
    );
    return 0;
  }
  if (verb !== "deployer") throw new Error(usage);

  const hours = Number(text("hours") ?? defaultHours);
  if (!Number.isInteger(hours) || hours < 1) throw new Error("--hours: a whole number from 1");
  const wanted = await wantedOf(stack, directory);
  const { made, kubeconfig, until } = await asAdmin(async (kubectl) => {
    const result = await applyDeployer(kubectl, { ...wanted, prune: options["prune"] === true });
    const issued = await issueToken(kubectl, hours);
    const { name } = config.cluster;
    const rendered = renderUserKubeconfig({
      ...{ clusterName: name, cluster: await clusterEntry(kubectl), name: `${name}-deployer` },
      user: { token: issued.token },
    });
    return { made: result, kubeconfig: rendered, until: issued.until };
  });
  const store = configStore(stack, directory);
  if (file === undefined) {
    await store.set("deployerKubeconfig", kubeconfig);
    const secrets = [{ name: "deployerKubeconfig", value: kubeconfig }];
    const reason = `a deployer's token, good until ${until.toISOString()}`;
    noteSecrets(
      stack,
      { action: "set", secrets, reason },
      { key: await trailKey(store), folder: governanceFolder(directory) },
    );
  } else {
    rmSync(resolve(file), { force: true });
    writeFileSync(resolve(file), kubeconfig, { mode: 0o600 });
  }
  const places = Object.keys(made.rights.namespaces).length;
  print(`the deployer has its rights in the cluster and in ${String(places)} namespaces\n`);
  if (made.pruned.length > 0) print(`no rights any more in: ${made.pruned.join(", ")}\n`);
  print(
    `${file ?? `Pulumi.${stack}.yaml: secret deployerKubeconfig`}: good until ${until.toISOString()}\n`,
  );
  if (made.namespaces.length > 0) {
    print(
      `made for it, as the program wants them: ${made.namespaces.join(", ")}. Let the next run take them over:\n` +
        `PULUMI_K8S_UPSERT_EXISTING_OBJECTS=true pulumi up --stack ${stack}\n`,
    );
  }
  if (config.cluster.access === "admin") {
    print("the program is the administrator until you set cluster.access to deployer\n");
  }
  return 0;
});
