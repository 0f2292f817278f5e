import { Deployment } from "@pulumi/kubernetes/apps/v1/deployment";
import { Service } from "@pulumi/kubernetes/core/v1/service";
import { ServiceAccount } from "@pulumi/kubernetes/core/v1/serviceAccount";
import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1/networkPolicy";
import { ComponentResource, type Input, type Output, type Resource } from "@pulumi/pulumi";
import { createRoute } from "../ingress/createRoute";
import type { IngressSettings } from "../ingress/settings";
import { childOptions, type ChildScope } from "../options";
import { appRoute } from "./appRoute";
import { renderDeployment } from "./renderDeployment";
import { renderNetworkPolicy } from "./renderNetworkPolicy";
import { renderService } from "./renderService";
import { renderServiceAccount } from "./renderServiceAccount";
import type { AppSettings } from "./settings";

/** Pulling the largest image onto an SD card over a home line takes longer than Pulumi's 10 min. */
const deployTimeouts = { create: "20m", update: "20m" };

/** What an App is made of. */
export interface AppArgs {
  readonly settings: AppSettings;
  /**
   * Digest of the secrets the app uses. A new one restarts the app, and nothing else does when a
   * secret is rotated. Unset for an app without any.
   */
  readonly secretChecksum: Input<string> | undefined;
  /** How its web interface is served by name, and what that waits for. */
  readonly ingress?:
    { readonly settings: IngressSettings; readonly ready: readonly Resource[] } | undefined;
  readonly scope: ChildScope;
  readonly parent: Resource;
}

/** The part of a Service's status that holds its address; each level is missing until it is known. */
interface AddressStatus {
  readonly loadBalancer?: { readonly ingress?: readonly { readonly ip?: string }[] };
}

function addressIn(status: AddressStatus | undefined): string | undefined {
  return status?.loadBalancer?.ingress?.[0]?.ip;
}

/** One app of a stack: ServiceAccount, NetworkPolicy, Service, Deployment and Ingress. */
export class App extends ComponentResource {
  /** Done once the app answers its health check. */
  readonly deployment: Deployment;
  /** The address the cluster gave the app; undefined without one, or before it is assigned. */
  readonly assignedAddress: Output<string | undefined>;

  constructor(name: string, args: AppArgs) {
    const { settings, secretChecksum, ingress, scope, parent } = args;
    super("bramble:workload:App", name, {}, { parent });
    const options = childOptions(this, scope);

    const account = new ServiceAccount(name, renderServiceAccount(settings), options);
    const policy = new NetworkPolicy(name, renderNetworkPolicy(settings), options);
    const { spec, ...manifest } = renderDeployment(settings);
    const { metadata, ...template } = spec.template;
    this.deployment = new Deployment(
      name,
      {
        ...manifest,
        spec: {
          ...spec,
          template: {
            ...template,
            metadata: {
              ...metadata,
              annotations: {
                ...metadata.annotations,
                ...(secretChecksum !== undefined && { "checksum/secrets": secretChecksum }),
              },
            },
          },
        },
      },
      {
        ...childOptions(this, {
          ...scope,
          dependsOn: [...(scope.dependsOn ?? []), account, policy],
        }),
        customTimeouts: deployTimeouts,
      },
    );
    const service = new Service(name, renderService(settings), {
      ...options,
      customTimeouts: deployTimeouts,
    });
    this.assignedAddress = service.status.apply(addressIn);
    if (ingress !== undefined) {
      const dependsOn = [...(scope.dependsOn ?? []), ...ingress.ready];
      createRoute(
        appRoute(settings),
        ingress.settings,
        childOptions(this, { ...scope, dependsOn }),
      );
    }

    this.registerOutputs({ assignedAddress: this.assignedAddress });
  }
}
