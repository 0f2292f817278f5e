import { stringify } from "yaml";
import type { GitObject } from "./objects";

/** Name of the file that lists the others. */
export const kustomizationName = "kustomization.yaml";

function header(stack: string): string {
  return `# Written by \`npm run gitops -- ${stack} render\`: change the stack's configuration instead.\n`;
}

function yaml(stack: string, value: unknown): string {
  return header(stack) + stringify(value, { aliasDuplicateObjects: false, lineWidth: 0 });
}

/** `radarr/service.yaml`; what no app owns is in `shared`. */
function fileOf({ kind, metadata }: GitObject, apps: ReadonlySet<string>): string {
  const app = metadata.labels["app.kubernetes.io/name"] ?? "";
  const lower = kind.toLowerCase();
  if (!apps.has(app)) return `shared/${lower}-${metadata.name}.yaml`;
  return metadata.name === app ? `${app}/${lower}.yaml` : `${app}/${lower}-${metadata.name}.yaml`;
}

/**
 * The files of a stack: one per object, in a folder per app, and the list of them.
 *
 * @returns texts by their path in the stack's folder, in order.
 * @throws Error when two objects would be one file.
 */
export function gitFiles(stack: string, objects: readonly GitObject[]): Map<string, string> {
  const deployments = objects.filter(({ kind }) => kind === "Deployment");
  const apps = new Set(deployments.map(({ metadata }) => metadata.name));
  const named = objects.map((object) => [fileOf(object, apps), object] as const);
  const files = new Map<string, string>();
  for (const [path, object] of named.sort(([left], [right]) => (left < right ? -1 : 1))) {
    if (files.has(path)) throw new Error(`two objects would be ${path}`);
    files.set(path, yaml(stack, object));
  }
  const kustomization = {
    apiVersion: "kustomize.config.k8s.io/v1beta1",
    kind: "Kustomization",
    resources: [...files.keys()],
  };
  return new Map([[kustomizationName, yaml(stack, kustomization)], ...files]);
}
