import type { Resource } from "@pulumi/pulumi";
import { charts } from "../catalogue/charts";
import { Delivery } from "../components/gitops/Delivery";
import type { DeliverySettings } from "../components/gitops/settings";
import type { ClusterScope } from "../components/options";
import { podSecurityLabels } from "../components/podSecurity";
import { deliveryPath, isSshRepository } from "../config/deliverySchema";
import type { Secrets } from "../config/load";
import type { Config } from "../config/schema";
import type { MediaHandle } from "./media";

/** Where Argo CD finds a stack's files and where it brings them. */
export function deliverySettings(config: Config, repository: string): DeliverySettings {
  const { delivery, media, platform } = config;
  return {
    argoCdNamespace: platform.argocd.enabled ? charts.argoCd.namespace : delivery.namespace,
    repository,
    revision: delivery.revision,
    path: deliveryPath(config),
    namespace: media.namespace,
    namespaceLabels: podSecurityLabels(media.podSecurity),
    environments: delivery.environments.map(({ name, server, namespace, path, revision }) => ({
      ...{ name, server, namespace },
      path: path ?? `gitops/${name}`,
      revision: revision ?? delivery.revision,
    })),
  };
}

/**
 * Tells Argo CD to deliver the media stack; does nothing where Pulumi does.
 *
 * @param argoCd Argo CD itself, where Bramble installs it.
 */
export function delivery(
  config: Config,
  secrets: Pick<Secrets, "gitRepositoryToken" | "gitRepositorySshKey">,
  { provider, anchor }: ClusterScope,
  argoCd: Resource | undefined,
  workloads: MediaHandle | undefined,
): void {
  const { by, repository, username } = config.delivery;
  if (by === "pulumi" || repository === undefined || workloads === undefined) return;
  const login = isSshRepository(repository)
    ? { sshKey: secrets.gitRepositorySshKey }
    : { token: secrets.gitRepositoryToken };
  new Delivery("media", {
    settings: deliverySettings(config, repository),
    login: { username, ...login },
    secretChecksums: workloads.secretChecksums,
    scope: {
      provider,
      anchor,
      dependsOn: [...(argoCd === undefined ? [] : [argoCd]), ...workloads.ready],
    },
  });
}
