import { Deployment } from "@pulumi/kubernetes/apps/v1/deployment";
import { ConfigMap } from "@pulumi/kubernetes/core/v1/configMap";
import { PersistentVolumeClaim } from "@pulumi/kubernetes/core/v1/persistentVolumeClaim";
import { Service } from "@pulumi/kubernetes/core/v1/service";
import { ServiceAccount } from "@pulumi/kubernetes/core/v1/serviceAccount";
import * as pulumi from "@pulumi/pulumi";
import { inheritOptions } from "../options";
import {
  renderClaim,
  renderConfigMap,
  renderDeployment,
  renderService,
  renderServiceAccount,
} from "./render";
import type { ServiceSettings } from "./settings";

/** A small service of the platform that no chart brings. See {@link ServiceSettings}. */
export class SmallService extends pulumi.ComponentResource {
  /** Done once it answers. */
  readonly deployment: Deployment;

  constructor(name: string, settings: ServiceSettings, opts: pulumi.ResourceOptions) {
    super("bramble:service:SmallService", name, {}, opts);
    const options = inheritOptions(this, opts);
    const claim = renderClaim(settings);
    const needs = [
      new ServiceAccount(name, renderServiceAccount(settings), options),
      new ConfigMap(name, renderConfigMap(settings), options),
      ...(claim === undefined ? [] : [new PersistentVolumeClaim(name, claim, options)]),
    ];
    this.deployment = new Deployment(name, renderDeployment(settings), {
      ...inheritOptions(this, opts, needs),
      // A first pull onto an SD card takes longer than Pulumi's 10 minutes.
      customTimeouts: { create: "20m", update: "20m" },
    });
    new Service(name, renderService(settings), inheritOptions(this, opts, [this.deployment]));
    this.registerOutputs({});
  }
}
