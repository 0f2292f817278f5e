import type { ChartName } from "./charts";
import table from "./chartKinds.json";

/** Names of objects, by resource as kubectl names it (`clusterroles.rbac.authorization.k8s.io`). */
export type NamesByResource = Readonly<Record<string, readonly string[]>>;

/** What a chart makes, as far as somebody has to be allowed to make it. */
export interface ChartKinds {
  /** Version of the chart this was read from. */
  readonly version: string;
  /** Resources in the release's own namespace. */
  readonly own: readonly string[];
  /** Objects in namespaces of others, by namespace. */
  readonly elsewhere: Readonly<Record<string, NamesByResource>>;
  /** Objects that belong to no namespace. */
  readonly cluster: NamesByResource;
  /** ClusterRoles that its bindings name: in the whole cluster, or in one namespace. */
  readonly binds: {
    readonly cluster: readonly string[];
    readonly namespaces: Readonly<Record<string, readonly string[]>>;
  };
}

/**
 * What each chart makes, with the values that the stacks give it. Written by
 * `npm run charts -- kinds --write`; `npm run charts -- <stack> verify` tells when it is stale.
 */
export const chartKinds: Readonly<Partial<Record<ChartName, ChartKinds>>> = table;
