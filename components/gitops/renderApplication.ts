import { deliveredKinds } from "../../catalogue/deliveredKinds";
import type { DeliveredEnvironment, DeliverySettings } from "./settings";

/** Name of the project and, with `media-stack`, of the Application: as asked. */
export const projectName = "media";
export const applicationName = "media-stack";

/** The API of the cluster that Argo CD runs on, by the name it goes under there. */
export const ownServer = "https://kubernetes.default.svc";

/** A patch that Argo CD lays over the files from Git. */
export interface KustomizePatch<Text> {
  readonly target: { readonly kind: "Deployment"; readonly name: string };
  readonly patch: Text;
}

function metadata(settings: DeliverySettings, name: string, description: string) {
  return {
    name,
    namespace: settings.argoCdNamespace,
    labels: {
      "app.kubernetes.io/name": name,
      "app.kubernetes.io/part-of": applicationName,
      "app.kubernetes.io/managed-by": "pulumi",
    },
    annotations: { description },
  };
}

/**
 * Pod annotation with the digest of the secrets that a Deployment uses. It is not in Git, since it is
 * made from the state: a rotated secret changes this patch, and so restarts its consumer alone.
 */
export function checksumPatch(deployment: string, digest: string): string {
  return [
    "apiVersion: apps/v1",
    "kind: Deployment",
    `metadata: {name: ${deployment}}`,
    `spec: {template: {metadata: {annotations: {checksum/secrets: "${digest}"}}}}`,
    "",
  ].join("\n");
}

/**
 * The project: this repository, these namespaces, these kinds, and of what is outside of a namespace
 * just the namespaces themselves, which Argo CD could not make or label otherwise.
 *
 * @see https://argo-cd.readthedocs.io/en/stable/operator-manual/project-specification/
 */
export function renderProject(settings: DeliverySettings) {
  const { environments, namespace, repository } = settings;
  const own = { server: ownServer, namespace };
  const others = environments.map(({ server, namespace: name }) => ({ server, namespace: name }));
  const names = [...new Set([own, ...others].map((destination) => destination.namespace))];
  return {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "AppProject",
    metadata: metadata(settings, projectName, "What may be delivered to the media stack"),
    spec: {
      sourceRepos: [repository],
      destinations: [own, ...others].filter(
        (one, index, all) =>
          all.findIndex(
            (other) => other.server === one.server && other.namespace === one.namespace,
          ) === index,
      ),
      clusterResourceWhitelist: names.map((name) => ({ group: "", kind: "Namespace", name })),
      namespaceResourceWhitelist: deliveredKinds.map(({ group, kind }) => ({ group, kind })),
    },
  };
}

/** Prunes and heals by itself, waits longer after each failed try, and never takes an empty folder. */
function syncPolicy(namespaceLabels: Readonly<Record<string, string>>) {
  return {
    automated: { prune: true, selfHeal: true, allowEmpty: false },
    syncOptions: ["CreateNamespace=true", "PrunePropagationPolicy=foreground", "PruneLast=true"],
    retry: { limit: 5, backoff: { duration: "5s", factor: 2, maxDuration: "3m" } },
    managedNamespaceMetadata: { labels: { ...namespaceLabels } },
  };
}

/**
 * The Application. It has no finalizer: deleting it leaves all it delivered in the cluster.
 *
 * @see https://argo-cd.readthedocs.io/en/stable/user-guide/application-specification/
 */
export function renderApplication<Text>(
  settings: DeliverySettings,
  patches: readonly KustomizePatch<Text>[],
) {
  const { namespace, namespaceLabels, path, repository, revision } = settings;
  return {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Application",
    metadata: metadata(settings, applicationName, "Delivers the media stack from Git"),
    spec: {
      project: projectName,
      source: {
        repoURL: repository,
        targetRevision: revision,
        path,
        ...(patches.length > 0 && { kustomize: { patches: [...patches] } }),
      },
      destination: { server: ownServer, namespace },
      syncPolicy: syncPolicy(namespaceLabels),
      revisionHistoryLimit: 10,
    },
  };
}

/**
 * Applications for the other environments. What happens to this object happens to none of theirs, and
 * nothing it made is deleted with it.
 *
 * @see https://argo-cd.readthedocs.io/en/stable/operator-manual/applicationset/
 */
export function renderApplicationSet(settings: DeliverySettings) {
  const name = `${applicationName}-environments`;
  const element = ({ name: environment, ...rest }: DeliveredEnvironment) => ({
    environment,
    ...rest,
  });
  return {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "ApplicationSet",
    metadata: metadata(settings, name, "Delivers the media stack of other environments"),
    spec: {
      goTemplate: true,
      goTemplateOptions: ["missingkey=error"],
      syncPolicy: { preserveResourcesOnDeletion: true },
      generators: [{ list: { elements: settings.environments.map(element) } }],
      template: {
        metadata: { name: `${applicationName}-{{.environment}}` },
        spec: {
          project: projectName,
          source: {
            repoURL: settings.repository,
            targetRevision: "{{.revision}}",
            path: "{{.path}}",
          },
          destination: { server: "{{.server}}", namespace: "{{.namespace}}" },
          syncPolicy: syncPolicy(settings.namespaceLabels),
          revisionHistoryLimit: 10,
        },
      },
    },
  };
}

/** The Secret that opens the repository, less its values. */
export function renderRepositoryShell(settings: DeliverySettings) {
  const { labels, ...rest } = metadata(
    settings,
    `${projectName}-repository`,
    "Opens the repository that the media stack is delivered from",
  );
  return {
    apiVersion: "v1" as const,
    kind: "Secret" as const,
    metadata: { ...rest, labels: { ...labels, "argocd.argoproj.io/secret-type": "repository" } },
    type: "Opaque",
  };
}
