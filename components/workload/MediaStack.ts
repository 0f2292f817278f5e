import { ConfigMap } from "@pulumi/kubernetes/core/v1/configMap";
import { Namespace } from "@pulumi/kubernetes/core/v1/namespace";
import { PersistentVolumeClaim } from "@pulumi/kubernetes/core/v1/persistentVolumeClaim";
import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1/networkPolicy";
import { ComponentResource, type Output, type Resource } from "@pulumi/pulumi";
import type { MediaConfig } from "../../config/schema";
import { childOptions, type ChildScope } from "../options";
import { App } from "./App";
import { DeliveredByPulumi } from "./DeliveredByPulumi";
import { MediaSecrets, type GivenMediaSecrets } from "./MediaSecrets";
import { mediaAppSettings, mediaClaims, mediaStackSettings } from "./mediaSettings";
import {
  renderClaim,
  renderCommonConfig,
  renderDefaultDeny,
  renderNamespace,
} from "./renderShared";
import type { AppSettings } from "./settings";

/** What the media stack is made from. */
export interface MediaStackArgs {
  readonly media: MediaConfig;
  readonly secrets: GivenMediaSecrets;
  /** Who applies the workloads. With `argocd` just the namespace and its secrets are made here. */
  readonly delivery: "pulumi" | "argocd";
  readonly scope: ChildScope;
}

/** An app with the settings it was made from. */
export interface DeployedApp {
  readonly settings: AppSettings;
  readonly app: App;
}

/**
 * The media stack: its namespace and secrets, and, where Pulumi delivers, what its apps share and
 * the apps, each wave after the one before it is ready.
 */
export class MediaStack extends ComponentResource {
  /** What Pulumi deployed; nothing where Argo CD delivers. */
  readonly apps: readonly DeployedApp[];
  readonly secrets: MediaSecrets;
  /** What the workloads need first, whoever applies them. */
  readonly ready: readonly Resource[];
  /** Digest of the secrets that a Deployment uses, by its name. */
  readonly secretChecksums: ReadonlyMap<string, Output<string>>;

  constructor(name: string, { media, secrets, delivery, scope }: MediaStackArgs) {
    super("bramble:workload:MediaStack", name);
    const stack = mediaStackSettings(media);
    const settings = mediaAppSettings(media);

    const namespace = new Namespace(
      stack.namespace,
      renderNamespace(stack),
      childOptions(this, scope),
    );
    const inNamespace: ChildScope = { ...scope, dependsOn: [namespace] };

    this.secrets = new MediaSecrets(stack.secretName, {
      stack,
      apps: media.apps,
      given: secrets,
      scope: inNamespace,
      parent: this,
    });
    this.ready = [namespace, this.secrets.object];
    this.secretChecksums = this.checksums(settings);

    this.apps =
      delivery === "pulumi" ? this.deployWorkloads(media, settings, inNamespace, scope) : [];
    this.registerOutputs();
  }

  /**
   * Everything that goes to `gitops/` where Argo CD delivers. It is all in the stack's namespace,
   * holds no secret, and goes from the state without being deleted when Argo CD takes over.
   */
  private deployWorkloads(
    media: MediaConfig,
    settings: readonly AppSettings[],
    inNamespace: ChildScope,
    scope: ChildScope,
  ): DeployedApp[] {
    const stack = mediaStackSettings(media);
    const anchor = new DeliveredByPulumi("media-delivery", this);
    const options = childOptions(this, { ...inNamespace, anchor });
    const shared = [
      this.secrets.object,
      new ConfigMap(stack.commonConfig.name, renderCommonConfig(stack), options),
      new NetworkPolicy("default-deny", renderDefaultDeny(stack), options),
      ...mediaClaims(media).map(
        (claim) =>
          new PersistentVolumeClaim(claim.name, renderClaim(stack, claim), {
            ...options,
            retainOnDelete: true,
          }),
      ),
    ];
    return this.deployWaves(settings, shared, { ...scope, anchor });
  }

  private checksums(settings: readonly AppSettings[]): ReadonlyMap<string, Output<string>> {
    return new Map(
      settings.flatMap(({ row }) => {
        const digest = this.secrets.checksum(row.secrets.map(({ key }) => key));
        return digest === undefined ? [] : [[row.name, digest] as const];
      }),
    );
  }

  private deployWaves(
    settings: readonly AppSettings[],
    shared: readonly Resource[],
    scope: ChildScope,
  ): DeployedApp[] {
    const waves = [...new Set(settings.map(({ row }) => row.wave))].sort((a, b) => a - b);
    const deployed: DeployedApp[] = [];
    let previous: readonly Resource[] = [];
    for (const wave of waves) {
      const dependsOn = [...shared, ...previous];
      const current = settings
        .filter(({ row }) => row.wave === wave)
        .map((app) => this.deploy(app, { ...scope, dependsOn }));
      deployed.push(...current);
      previous = current.map(({ app }) => app.deployment);
    }
    return deployed;
  }

  private deploy(settings: AppSettings, scope: ChildScope): DeployedApp {
    const { row } = settings;
    const secretChecksum = this.secretChecksums.get(row.name);
    return { settings, app: new App(row.name, { settings, secretChecksum, scope, parent: this }) };
  }
}
