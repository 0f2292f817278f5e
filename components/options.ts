import type { Provider } from "@pulumi/kubernetes/provider";
import type { Resource, ResourceOptions } from "@pulumi/pulumi";

/** The cluster a resource lives in: who talks to it, and whose end is also the resource's end. */
export interface ClusterScope {
  /** Provider of the cluster. */
  readonly provider: Provider;
  /**
   * The resource whose deletion takes everything in the cluster with it. Unset on a cluster that
   * Bramble did not make: there, destroy has to delete every object.
   */
  readonly anchor?: Resource | undefined;
}

/** A cluster scope plus the resources to wait for. */
export interface ChildScope extends ClusterScope {
  /** Resources that must exist first. */
  readonly dependsOn?: readonly Resource[] | undefined;
}

/**
 * Options of every resource inside a cluster, releases and custom resources included.
 *
 * `deletedWith` is set on each of them, since a child does not take it over from its parent.
 *
 * @param parent component the resource belongs to; `undefined` puts it directly under the stack.
 * @see https://www.pulumi.com/docs/iac/concepts/options/deletedwith/
 */
export function childOptions(parent: Resource | undefined, scope: ChildScope): ResourceOptions {
  return {
    provider: scope.provider,
    ...(parent && { parent }),
    ...(scope.anchor && { deletedWith: scope.anchor }),
    ...(scope.dependsOn && { dependsOn: [...scope.dependsOn] }),
  };
}

/**
 * Options of what a component makes itself, from the options the component was given.
 *
 * A component's `dependsOn` does not reach its children either, so the first of them take it over
 * here and the others name, in `after`, the siblings they come after.
 */
export function inheritOptions(
  component: Resource,
  given: ResourceOptions,
  after?: readonly Resource[],
): ResourceOptions {
  const dependsOn = after ? [...after] : given.dependsOn;
  return {
    parent: component,
    ...(given.provider && { provider: given.provider }),
    ...(given.deletedWith && { deletedWith: given.deletedWith }),
    ...(dependsOn && { dependsOn }),
  };
}
