import { type Namespace, Secret } from "@pulumi/kubernetes/core/v1";
import { Release } from "@pulumi/kubernetes/helm/v3/release";
import * as pulumi from "@pulumi/pulumi";
import { type ChartRow, releaseName } from "../../catalogue/charts";
import { createGuard } from "../namespace/createGuard";
import type { GuardSettings } from "../namespace/settings";
import { inheritOptions } from "../options";
import { createNamespace } from "../platform/namespace";
import { chartReference } from "./chartReference";
import { DefinitionsJob } from "./DefinitionsJob";

/** A Secret that a chart refers to by name. */
export interface ReleaseSecret {
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly stringData: Readonly<Record<string, pulumi.Input<string>>>;
}

/** Arguments of {@link ChartRelease}. */
export interface ChartReleaseArgs {
  readonly row: ChartRow;
  /** Chart values: plain data, and never a secret, since `helm get values` shows them. */
  readonly values: Readonly<Record<string, unknown>>;
  /** Secrets the values refer to, made before the release. */
  readonly secrets?: readonly ReleaseSecret[];
  /** See {@link chartReference}. */
  readonly mirror?: string | undefined;
  /** What keeps its namespace's pods from others and in bounds. Default: nothing does. */
  readonly guards?: GuardSettings | undefined;
  /** Seconds until Helm gives up waiting for the workloads. Default: 900, for a Pi's slow pulls. */
  readonly timeoutSeconds?: number;
}

/**
 * A chart installed in its own namespace: the only place that makes a Helm release.
 *
 * It is a `Release` because that runs the charts' hooks, which kube-prometheus-stack, cert-manager
 * and Argo CD need. Whoever depends on this component comes after all pods are ready.
 *
 * @see https://www.pulumi.com/registry/packages/kubernetes/api-docs/helm/v3/release/
 */
export class ChartRelease extends pulumi.ComponentResource {
  readonly row: ChartRow;
  readonly release: Release;

  constructor(name: string, args: ChartReleaseArgs, opts: pulumi.ResourceOptions) {
    super("bramble:helm:ChartRelease", name, {}, opts);
    this.row = args.row;

    const namespace = createNamespace(
      args.row.namespace,
      args.row.podSecurity,
      inheritOptions(this, opts),
    );
    const guard =
      args.guards === undefined
        ? []
        : createGuard(args.row.namespace, args.guards, inheritOptions(this, opts, [namespace]));
    const secrets = (args.secrets ?? []).map((secret) =>
      this.createSecret(secret, namespace, opts),
    );
    const { crds } = args.row;
    const definitions =
      crds.from === "directory"
        ? [
            new DefinitionsJob(
              `${name}-definitions`,
              { row: args.row, definitions: crds.definitions, mirror: args.mirror },
              inheritOptions(this, opts, [namespace, ...guard]),
            ),
          ]
        : [];

    this.release = new Release(
      name,
      {
        ...chartReference(args.row, args.mirror),
        name: releaseName(args.row),
        namespace: args.row.namespace,
        createNamespace: false,
        values: { ...args.values, ...(crds.from === "hook" && crds.values) },
        timeout: args.timeoutSeconds ?? 900,
        waitForJobs: true,
        cleanupOnFail: true,
        maxHistory: 5,
      },
      inheritOptions(this, opts, [namespace, ...guard, ...secrets, ...definitions]),
    );
    this.registerOutputs({});
  }

  private createSecret(
    { name, labels, stringData }: ReleaseSecret,
    namespace: Namespace,
    opts: pulumi.ResourceOptions,
  ): Secret {
    return new Secret(
      name,
      {
        metadata: { name, namespace: this.row.namespace, ...(labels && { labels: { ...labels } }) },
        stringData: { ...stringData },
      },
      inheritOptions(this, opts, [namespace]),
    );
  }
}
