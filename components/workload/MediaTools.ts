import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource";
import { Deployment } from "@pulumi/kubernetes/apps/v1/deployment";
import { CronJob } from "@pulumi/kubernetes/batch/v1/cronJob";
import { Job } from "@pulumi/kubernetes/batch/v1/job";
import { ServiceAccount } from "@pulumi/kubernetes/core/v1/serviceAccount";
import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1/networkPolicy";
import { ComponentResource, type Input, type Resource } from "@pulumi/pulumi";
import type { MediaConfig } from "../../config/schema";
import { childOptions, type ChildScope } from "../options";
import {
  renderExporters,
  renderExportersAccount,
  renderExportersPolicy,
  renderPodMonitor,
} from "./renderExporters";
import {
  renderWiringAccount,
  renderWiringCronJob,
  renderWiringJob,
  renderWiringPolicy,
} from "./renderWiring";
import { exportersName, wiringName } from "./toolNames";

/** What the tools are made from. */
export interface MediaToolsArgs {
  readonly media: MediaConfig;
  /** Digest of the secrets that the wiring uses: with a new one it runs again. */
  readonly wiringChecksum: Input<string> | undefined;
  /** Digest of those that the exporters use: with a new one they restart. */
  readonly exportersChecksum: Input<string> | undefined;
  /** Metrics: what serves PodMonitors. Unset: nothing collects them. */
  readonly monitoring: readonly Resource[] | undefined;
  /** `dependsOn`: the apps, and what all of them share. */
  readonly scope: ChildScope;
  readonly parent: Resource;
}

/** A pod template with a digest of the secrets it uses, so that a new one is a new template. */
function withChecksum<T extends { readonly metadata: { readonly annotations: object } }>(
  template: T,
  checksum: Input<string> | undefined,
) {
  const { metadata } = template;
  const added = checksum === undefined ? {} : { "checksum/secrets": checksum };
  return {
    ...template,
    metadata: { ...metadata, annotations: { ...metadata.annotations, ...added } },
  };
}

/** The wiring may wait ten minutes for an app, twice over. */
const wiringTimeouts = { create: "35m", update: "35m" };

/** What works beside the apps: the wiring, and the exporters of their metrics. */
export class MediaTools extends ComponentResource {
  constructor(name: string, args: MediaToolsArgs) {
    super("bramble:workload:MediaTools", name, {}, { parent: args.parent });
    if (args.media.wiring.enabled) this.wire(args);
    if (args.monitoring !== undefined) this.exportMetrics(args, args.monitoring);
    this.registerOutputs();
  }

  private wire({ media, wiringChecksum, scope }: MediaToolsArgs): void {
    const options = childOptions(this, scope);
    const needs = [
      new ServiceAccount(wiringName, renderWiringAccount(media), options),
      new NetworkPolicy(wiringName, renderWiringPolicy(media), options),
    ];
    const after = childOptions(this, {
      ...scope,
      dependsOn: [...(scope.dependsOn ?? []), ...needs],
    });
    const { spec, ...manifest } = renderWiringJob(media);
    const template = withChecksum(spec.template, wiringChecksum);
    new Job(
      wiringName,
      { ...manifest, spec: { ...spec, template } },
      {
        ...after,
        // A Job's template never changes, and two may not have one name.
        replaceOnChanges: ["spec"],
        deleteBeforeReplace: true,
        customTimeouts: wiringTimeouts,
      },
    );
    new CronJob(`${wiringName}-regular`, renderWiringCronJob(media), after);
  }

  private exportMetrics(
    { media, exportersChecksum, scope }: MediaToolsArgs,
    monitoring: readonly Resource[],
  ): void {
    const options = childOptions(this, scope);
    const needs = [
      new ServiceAccount(exportersName, renderExportersAccount(media), options),
      new NetworkPolicy(exportersName, renderExportersPolicy(media), options),
    ];
    const after = (more: readonly Resource[]) =>
      childOptions(this, { ...scope, dependsOn: [...(scope.dependsOn ?? []), ...more] });
    const { spec, ...manifest } = renderExporters(media);
    const template = withChecksum(spec.template, exportersChecksum);
    new Deployment(exportersName, { ...manifest, spec: { ...spec, template } }, after(needs));
    new CustomResource(exportersName, renderPodMonitor(media), after(monitoring));
  }
}
