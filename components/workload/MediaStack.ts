import { ConfigMap } from "@pulumi/kubernetes/core/v1/configMap";
import { Namespace } from "@pulumi/kubernetes/core/v1/namespace";
import { PersistentVolumeClaim } from "@pulumi/kubernetes/core/v1/persistentVolumeClaim";
import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1/networkPolicy";
import {
  ComponentResource,
  type Output,
  type Resource,
  type ResourceOptions,
} from "@pulumi/pulumi";
import type { MediaConfig } from "../../config/schema";
import { createGate, createGateUsers } from "../ingress/createGate";
import type { GatePlace } from "../ingress/renderMiddlewares";
import type { IngressSettings } from "../ingress/settings";
import { createBounds, createPolicies } from "../namespace/createGuard";
import { renderFlows, solverName } from "../namespace/renderPolicies";
import type { GuardPlace, GuardSettings } from "../namespace/settings";
import type { InUseSince } from "../keepers";
import { childOptions, type ChildScope } from "../options";
import { mediaExporters } from "../../catalogue/apps/mediaExporters";
import { App } from "./App";
import { DeliveredByPulumi } from "./DeliveredByPulumi";
import { hasLogin, MediaLogin } from "./MediaLogin";
import { MediaSecrets, type GivenMediaSecrets } from "./MediaSecrets";
import { mediaAppSettings, mediaClaims, mediaStackSettings } from "./mediaSettings";
import {
  renderClaim,
  renderCommonConfig,
  renderDefaultDeny,
  renderNamespace,
} from "./renderShared";
import { sharedMetadata } from "./metadata";
import { MediaTools } from "./MediaTools";
import { renderWiringConfig } from "./renderWiring";
import { exportersName, loginSecret, wiringName } from "./toolNames";
import type { AppSettings, StackSettings } from "./settings";

/** What the media stack is made from. */
export interface MediaStackArgs {
  readonly media: MediaConfig;
  readonly secrets: GivenMediaSecrets;
  /** Since when generated values are in use, by config key. */
  readonly since?: InUseSince | undefined;
  /** Who applies the workloads. With `argocd` just the namespace and its secrets are made here. */
  readonly delivery: "pulumi" | "argocd";
  /** How the apps are served by name; unset: by their addresses only. */
  readonly ingress?: StackIngress | undefined;
  /** What keeps its pods from others and in bounds. Default: its own policies alone. */
  readonly guards?: GuardSettings | undefined;
  /** What serves PodMonitors; unset: the apps' metrics are not exported. */
  readonly monitoring?: readonly Resource[] | undefined;
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

/** Bounds of the stack's pods, and the way to pods that are there for minutes only. */
function createStackGuard(
  place: GuardPlace,
  { network, quotas }: GuardSettings,
  options: ResourceOptions,
): Resource[] {
  const solvers =
    network === undefined
      ? []
      : renderFlows(place, network).filter(({ metadata }) => metadata.name === solverName);
  return [...createPolicies(solvers, options), ...createBounds(place, quotas, options)];
}

/** Where objects of the stack are that are no app's, and what they carry. */
function placeOf(stack: StackSettings): GatePlace {
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
  /** Password of the apps' web pages; unset where the apps' own logins are left alone. */
  readonly login: MediaLogin | undefined;
  /** Digest of the secrets that a Deployment uses, by its name. */
  readonly secretChecksums: ReadonlyMap<string, Output<string>>;

  constructor(name: string, args: MediaStackArgs) {
    const { media, secrets, since, delivery, ingress, monitoring, scope } = args;
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
      ...{ given: secrets, since },
      scope: inNamespace,
      parent: this,
    });
    const gateUsers =
      ingress?.users === undefined
        ? []
        : [createGateUsers(placeOf(stack), ingress.users, childOptions(this, inNamespace))];
    this.login = hasLogin(media)
      ? new MediaLogin(loginSecret.name, {
          ...{ media, given: secrets.mediaLoginPassword, since: since?.["mediaLoginPassword"] },
          ...{ scope: inNamespace, parent: this },
        })
      : undefined;
    const loginObject = this.login === undefined ? [] : [this.login.object];
    this.ready = [namespace, this.secrets.object, ...loginObject, ...gateUsers];
    this.secretChecksums = this.checksums(settings, monitoring !== undefined);

    this.apps = delivery === "pulumi" ? this.deployWorkloads(args, settings, inNamespace) : [];
    this.registerOutputs();
  }

  /**
   * Everything that goes to `gitops/` where Argo CD delivers. It is all in the stack's namespace,
   * holds no secret, and goes from the state without being deleted when Argo CD takes over.
   */
  private deployWorkloads(
    { media, ingress, guards, monitoring, scope }: MediaStackArgs,
    settings: readonly AppSettings[],
    inNamespace: ChildScope,
  ): DeployedApp[] {
    const stack = mediaStackSettings(media);
    const anchor = new DeliveredByPulumi("media-delivery", this);
    const options = childOptions(this, { ...inNamespace, anchor });
    const shared = [
      this.secrets.object,
      new ConfigMap(stack.commonConfig.name, renderCommonConfig(stack), options),
      new ConfigMap(wiringName, renderWiringConfig(media), options),
      new NetworkPolicy("default-deny", renderDefaultDeny(stack), options),
      ...(guards === undefined ? [] : createStackGuard(placeOf(stack), guards, options)),
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
        placeOf(stack),
        ingress.settings.gate,
        childOptions(this, { ...scope, anchor, dependsOn }),
      );
    }
    const deployed = this.deployWaves(settings, shared, { ...scope, anchor }, ingress);
    const dependsOn = [...this.ready, ...shared, ...deployed.map(({ app }) => app.deployment)];
    new MediaTools("media-tools", {
      ...{ media, monitoring },
      wiringChecksum: this.wiringChecksum(settings),
      exportersChecksum: this.secretChecksums.get(exportersName),
      ...{ scope: { ...scope, anchor, dependsOn }, parent: this },
    });
    return deployed;
  }

  private checksums(
    settings: readonly AppSettings[],
    exported: boolean,
  ): ReadonlyMap<string, Output<string>> {
    const apps = settings.map(({ row }) => row);
    const exporters = mediaExporters.filter(({ app }) => apps.some(({ name }) => name === app));
    const used = [
      ...apps.map(({ name, secrets }) => [name, secrets.map(({ key }) => key)] as const),
      ...(exported ? [[exportersName, exporters.map((row) => row.secretKey)] as const] : []),
    ];
    return new Map(
      used.flatMap(([name, keys]) => {
        const digest = this.secrets.checksum(keys);
        return digest === undefined ? [] : [[name, digest] as const];
      }),
    );
  }

  /** Digest of all that the wiring uses. */
  private wiringChecksum(settings: readonly AppSettings[]): Output<string> | undefined {
    const keys = settings.flatMap(({ row }) => row.secrets.map(({ key }) => key));
    return this.secrets.checksum(keys, this.login && { web: this.login.password });
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
