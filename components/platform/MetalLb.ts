import { CustomResource } from "@pulumi/kubernetes/apiextensions";
import * as pulumi from "@pulumi/pulumi";
import { charts } from "../../catalogue/charts";
import { ChartRelease } from "../helm/ChartRelease";
import type { GuardSettings } from "../namespace/settings";
import { inheritOptions } from "../options";
import { metallbValues } from "./metallbValues";

/** Addresses MetalLB may hand out. */
export interface AddressPool {
  readonly name: string;
  /** CIDR blocks or dash ranges. */
  readonly addresses: readonly string[];
}

/** What MetalLB depends on. */
export interface MetalLbSettings {
  readonly pools: readonly AddressPool[];
}

/** Arguments of {@link MetalLb}. */
export interface MetalLbArgs {
  readonly settings: MetalLbSettings;
  readonly mirror?: string | undefined;
  /** What keeps its namespace's pods from others and in bounds. */
  readonly guards?: GuardSettings | undefined;
}

/**
 * MetalLB with its address pools, announced by ARP.
 *
 * @see https://metallb.io/configuration/
 */
export class MetalLb extends pulumi.ComponentResource {
  readonly chart: ChartRelease;

  constructor(name: string, args: MetalLbArgs, opts: pulumi.ResourceOptions) {
    super("bramble:platform:MetalLb", name, {}, opts);
    this.chart = new ChartRelease(
      name,
      { row: charts.metallb, values: metallbValues(), mirror: args.mirror, guards: args.guards },
      inheritOptions(this, opts),
    );

    const { namespace } = charts.metallb;
    const pools = args.settings.pools.map(
      (pool) =>
        new CustomResource(
          `${name}-pool-${pool.name}`,
          {
            apiVersion: "metallb.io/v1beta1",
            kind: "IPAddressPool",
            metadata: { name: pool.name, namespace },
            spec: { addresses: [...pool.addresses] },
          },
          inheritOptions(this, opts, [this.chart.release]),
        ),
    );
    if (pools.length > 0) {
      new CustomResource(
        `${name}-l2`,
        {
          apiVersion: "metallb.io/v1beta1",
          kind: "L2Advertisement",
          metadata: { name: "layer2", namespace },
          spec: { ipAddressPools: args.settings.pools.map((pool) => pool.name) },
        },
        inheritOptions(this, opts, pools),
      );
    }
    this.registerOutputs({});
  }
}
