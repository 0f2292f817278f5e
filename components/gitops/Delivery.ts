import { CustomResource } from "@pulumi/kubernetes/apiextensions";
import { Secret } from "@pulumi/kubernetes/core/v1/secret";
import { ComponentResource, type Output, type Resource } from "@pulumi/pulumi";
import { childOptions, type ChildScope } from "../options";
import {
  checksumPatch,
  type KustomizePatch,
  projectName,
  renderApplication,
  renderApplicationSet,
  renderProject,
  renderRepositoryShell,
} from "./renderApplication";
import type { DeliverySettings, RepositoryLogin } from "./settings";

/** What Argo CD delivers from. */
export interface DeliveryArgs {
  readonly settings: DeliverySettings;
  readonly login: RepositoryLogin<Output<string>>;
  /** Digest of the secrets that a Deployment uses, by its name. */
  readonly secretChecksums: ReadonlyMap<string, Output<string>>;
  /** `dependsOn`: Argo CD itself, and what the workloads need first. */
  readonly scope: ChildScope;
}

/** Argo CD's side of a stack that it delivers: project, repository and Application. */
export class Delivery extends ComponentResource {
  constructor(name: string, args: DeliveryArgs) {
    super("bramble:gitops:Delivery", name);
    const { settings, secretChecksums, scope } = args;
    const after = (...needs: readonly Resource[]) =>
      childOptions(this, { ...scope, dependsOn: [...(scope.dependsOn ?? []), ...needs] });

    const repository = new Secret(
      `${name}-repository`,
      { ...renderRepositoryShell(settings), data: repositoryData(args) },
      after(),
    );
    const project = new CustomResource(`${name}-project`, renderProject(settings), after());
    const patches = [...secretChecksums]
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([deployment, digest]): KustomizePatch<Output<string>> => ({
        target: { kind: "Deployment", name: deployment },
        patch: digest.apply((text) => checksumPatch(deployment, text)),
      }));
    new CustomResource(
      `${name}-application`,
      renderApplication(settings, patches),
      after(repository, project),
    );
    if (settings.environments.length > 0) {
      new CustomResource(
        `${name}-environments`,
        renderApplicationSet(settings),
        after(repository, project),
      );
    }
    this.registerOutputs();
  }
}

/** Values of the repository's Secret; those that are no secret are encoded all the same. */
function repositoryData({ settings, login }: DeliveryArgs) {
  const encode = (text: string) => Buffer.from(text).toString("base64");
  const { username, token, sshKey } = login;
  return {
    type: encode("git"),
    url: encode(settings.repository),
    project: encode(projectName),
    ...(token && { username: encode(username), password: token.apply(encode) }),
    ...(sshKey && { sshPrivateKey: sshKey.apply(encode) }),
  };
}
