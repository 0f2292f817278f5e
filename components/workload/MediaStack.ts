import { ConfigMap } from "@pulumi/kubernetes/core/v1/configMap";
import { Namespace } from "@pulumi/kubernetes/core/v1/namespace";
import { PersistentVolumeClaim } from "@pulumi/kubernetes/core/v1/persistentVolumeClaim";
import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1/networkPolicy";
import { ComponentResource, type Resource } from "@pulumi/pulumi";
import type { MediaConfig } from "../../config/schema";
import { childOptions, type ChildScope } from "../options";
import { App } from "./App";
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
  readonly scope: ChildScope;
}

/** An app with the settings it was made from. */
export interface DeployedApp {
  readonly settings: AppSettings;
  readonly app: App;
}

/**
 * The media stack: its namespace, what its apps share, and the apps, each wave after the one before
 * it is ready.
 */
export class MediaStack extends ComponentResource {
  readonly apps: readonly DeployedApp[];
  readonly secrets: MediaSecrets;

  constructor(name: string, { media, secrets, scope }: MediaStackArgs) {
    super("bramble:workload:MediaStack", name);
    const stack = mediaStackSettings(media);

    const namespace = new Namespace(
      stack.namespace,
      renderNamespace(stack),
      childOptions(this, scope),
    );
    const inNamespace: ChildScope = { ...scope, dependsOn: [namespace] };
    const options = childOptions(this, inNamespace);

    this.secrets = new MediaSecrets(stack.secretName, {
      stack,
      apps: media.apps,
      given: secrets,
      scope: inNamespace,
      parent: this,
    });
    const shared = [
      this.secrets.object,
      new ConfigMap(stack.commonConfig.name, renderCommonConfig(stack), options),
      new NetworkPolicy("default-deny", renderDefaultDeny(stack), options),
      ...mediaClaims(media).map(
        (claim) => new PersistentVolumeClaim(claim.name, renderClaim(stack, claim), options),
      ),
    ];

    this.apps = this.deployWaves(mediaAppSettings(media), shared, scope);
    this.registerOutputs();
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
    const secretChecksum = this.secrets.checksum(row.secrets.map(({ key }) => key));
    return { settings, app: new App(row.name, { settings, secretChecksum, scope, parent: this }) };
  }
}
