import { Job } from "@pulumi/kubernetes/batch/v1";
import { ConfigMap, ServiceAccount } from "@pulumi/kubernetes/core/v1";
import { ClusterRole, ClusterRoleBinding } from "@pulumi/kubernetes/rbac/v1";
import * as pulumi from "@pulumi/pulumi";
import { inheritOptions } from "../options";
import {
  type DefinitionsSettings,
  renderDefinitionsAccount,
  renderDefinitionsBinding,
  renderDefinitionsConfigMap,
  renderDefinitionsJob,
  renderDefinitionsRole,
} from "./renderDefinitionsJob";

/**
 * Applies the definitions of a chart's `crds/`, as Helm does not: once, and again whenever the
 * chart's version, and with it the Job, changes. Whoever depends on this comes after they are there.
 */
export class DefinitionsJob extends pulumi.ComponentResource {
  constructor(name: string, settings: DefinitionsSettings, opts: pulumi.ResourceOptions) {
    super("bramble:helm:DefinitionsJob", name, {}, opts);
    const options = inheritOptions(this, opts);
    const account = new ServiceAccount(name, renderDefinitionsAccount(settings), options);
    const files = new ConfigMap(name, renderDefinitionsConfigMap(settings), options);
    const role = new ClusterRole(name, renderDefinitionsRole(settings), options);
    const binding = new ClusterRoleBinding(
      name,
      renderDefinitionsBinding(settings),
      inheritOptions(this, opts, [role, account]),
    );
    new Job(
      name,
      renderDefinitionsJob(settings),
      inheritOptions(this, opts, [account, files, binding]),
    );
    this.registerOutputs({});
  }
}
