import { ConfigMap } from "@pulumi/kubernetes/core/v1/configMap";
import { Namespace } from "@pulumi/kubernetes/core/v1/namespace";
import { PersistentVolumeClaim } from "@pulumi/kubernetes/core/v1/persistentVolumeClaim";
import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1/networkPolicy";
import { ComponentResource, type Output, type Resource } from "@pulumi/pulumi";
import type { MediaConfig } from "../../config/schema";
import { createGate, createGateUsers } from "../ingress/createGate";
import type { GatePlace } from "../ingress/renderMiddlewares";
import type { IngressSettings } from "../ingress/settings";
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
import { sharedMetadata } from "./metadata";
import type { AppSettings, StackSettings } from "./settings";

/** What the media stack is made from. */
export interface MediaStackArgs {
  readonly media: MediaConfig;
  readonly secrets: GivenMediaSecrets;
  /** Who applies the workloads. With `argocd` just the namespace and its secrets are made here. */
  readonly delivery: "pulumi" | "argocd";
  /** How the apps are served by name; unset: by their addresses only. */
  readonly ingress?: StackIngress | undefined;
  readonly scope: ChildScope;
}

/** How the apps of a stack are served by name. */
export interface StackIngress {
  readonly settings: IngressSettings;
  /** Lines of htpasswd for the gate; unset where another server asks for credentials. */
  readonly users: Output<string> | undefined;
  /** Its custom resources are served once these are up. */
  readonly ready: readonly Resource[];
}

/** An app with the settings it was made from. */
export interface DeployedApp {
  readonly settings: AppSettings;
  readonly app: App;
}

function gatePlace(stack: StackSettings): GatePlace {
  const { labels, annotations } = sharedMetadata(stack, "gate", "");
  return {
    namespace: stack.namespace,
    labels: { "app.kubernetes.io/part-of": labels["app.kubernetes.io/part-of"] },
    annotations: {
      "argocd.argoproj.io/sync-wave": annotations["argocd.argoproj.io/sync-wave"],
    },
  };
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

  constructor(name: string, { media, secrets, delivery, ingress, scope }: MediaStackArgs) {
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
    const gateUsers =
      ingress?.users === undefined
        ? []
        : [createGateUsers(gatePlace(stack), ingress.users, childOptions(this, inNamespace))];
    this.ready = [namespace, this.secrets.object, ...gateUsers];
    this.secretChecksums = this.checksums(settings);

    this.apps =
      delivery === "pulumi"
        ? this.deployWorkloads(media, settings, inNamespace, scope, ingress)
        : [];
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
    ingress: StackIngress | undefined,
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
    if (ingress !== undefined) {
      const dependsOn = [...this.ready, ...ingress.ready];
      createGate(
        gatePlace(stack),
        ingress.settings.gate,
        childOptions(this, { ...scope, anchor, dependsOn }),
      );
    }
    return this.deployWaves(settings, shared, { ...scope, anchor }, ingress);
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
    ingress: StackIngress | undefined,
  ): DeployedApp[] {
    const waves = [...new Set(settings.map(({ row }) => row.wave))].sort((a, b) => a - b);
    const deployed: DeployedApp[] = [];
    let previous: readonly Resource[] = [];
    for (const wave of waves) {
      const dependsOn = [...shared, ...previous];
      const current = settings
        .filter(({ row }) => row.wave === wave)
        .map((app) => this.deploy(app, { ...scope, dependsOn }, ingress));
      deployed.push(...current);
      previous = current.map(({ app }) => app.deployment);
    }
    return deployed;
  }

  private deploy(
    settings: AppSettings,
    scope: ChildScope,
    ingress: StackIngress | undefined,
  ): DeployedApp {
    const { row } = settings;
    const secretChecksum = this.secretChecksums.get(row.name);
    const app = new App(row.name, { settings, secretChecksum, ingress, scope, parent: this });
    return { settings, app };
  }
}
