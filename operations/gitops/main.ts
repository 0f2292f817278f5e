import { existsSync } from "node:fs";
import { join } from "node:path";
import { deliveryPath } from "../../config/deliverySchema";
import { print, readArguments, runCommand } from "../arguments";
import { kubectlWith, withKubeconfig } from "../cluster/kubectl";
import { runCli } from "../engine";
import { pulumiCli } from "../pulumiCli";
import { projectDirectory, readStackConfig } from "../stackFile";
import { renderTable } from "../table";
import { gitIn } from "./git";
import { handover } from "./handover";
import { changes, readFiles, renderStack, stackFolder, writeFiles } from "./render";

const usage = [
  "usage: npm run gitops -- <stack> render            writes the files that Argo CD delivers",
  "       npm run gitops -- <stack> render --check    only says which differ; 2 when one does",
  "       npm run gitops -- <stack> handover [--to argocd|pulumi]   default: argocd",
  "       each with [--directory <folder of the stack file>]",
].join("\n");

async function render(stack: string, directory: string, check: boolean): Promise<number> {
  const config = readStackConfig(stack, directory);
  const place = stackFolder(gitIn(directory), directory, deliveryPath(config));
  if (check && config.delivery.by === "pulumi" && !existsSync(place)) {
    print(`Pulumi delivers ${stack}: nothing is rendered\n`);
    return 0;
  }
  const { folder, files } = await renderStack(stack, directory);
  const found = check ? changes(files, readFiles(place)) : writeFiles(place, files);
  const rows = found.map(({ path, change }) => [change, join(folder, path)]);
  if (rows.length > 0) print(renderTable([["CHANGE", "FILE"], ...rows]));
  if (rows.length === 0) print(`${folder}: ${files.size} files as the configuration asks\n`);
  else if (check) print(`npm run gitops -- ${stack} render writes them\n`);
  return check && rows.length > 0 ? 2 : 0;
}

runCommand(async (argv) => {
  const { words, options } = readArguments(argv, {
    check: { type: "boolean" },
    to: { type: "string" },
    directory: { type: "string" },
  });
  const [stack, verb] = words;
  const { directory = projectDirectory, to = "argocd", check = false } = options;
  if (stack === undefined || words.length > 2 || typeof directory !== "string") {
    throw new Error(usage);
  }
  if (verb === "render") return render(stack, directory, check === true);
  if (verb !== "handover" || (to !== "argocd" && to !== "pulumi")) throw new Error(usage);
  const common = {
    ...{ stack, directory, print, git: gitIn(directory) },
    cli: (args: readonly string[]) => pulumiCli(args, directory),
    watch: (args: readonly string[], environment?: Readonly<Record<string, string>>) =>
      runCli(args, directory, environment),
  };
  if (to === "argocd") return handover({ ...common, to });
  const config = readStackConfig(stack, directory);
  return withKubeconfig(stack, config, directory, (path, context) =>
    handover({ ...common, to, kubectl: kubectlWith(path, context) }),
  );
});
