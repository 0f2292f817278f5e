import { LimitRange } from "@pulumi/kubernetes/core/v1/limitRange";
import { ResourceQuota } from "@pulumi/kubernetes/core/v1/resourceQuota";
import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1/networkPolicy";
import type { Resource, ResourceOptions } from "@pulumi/pulumi";
import { renderLimitRange, renderQuota } from "./renderBounds";
import { type Policy, renderPolicies } from "./renderPolicies";
import type { GuardPlace, GuardSettings } from "./settings";

/** Makes NetworkPolicies. */
export function createPolicies(policies: readonly Policy[], options: ResourceOptions): Resource[] {
  return policies.map(({ metadata, ...rest }) => {
    const name = `${metadata.namespace}-${metadata.name}`;
    return new NetworkPolicy(name, { ...rest, metadata }, options);
  });
}

/** Makes what bounds the pods of a namespace: each by default, and all of them together. */
export function createBounds(
  place: GuardPlace,
  quotas: GuardSettings["quotas"],
  options: ResourceOptions,
): Resource[] {
  const { namespace } = place;
  const defaults = new LimitRange(`${namespace}-defaults`, renderLimitRange(place), options);
  const quota = quotas[namespace];
  if (quota === undefined) return [defaults];
  const bounded = new ResourceQuota(`${namespace}-quota`, renderQuota(place, quota), {
    ...options,
    // A pod that names no bounds has no place under a quota without defaults.
    dependsOn: [defaults],
  });
  return [defaults, bounded];
}

/**
 * Makes what keeps a namespace's pods from others and in bounds. Whatever runs there comes after it.
 *
 * @param options as of the namespace, which they depend on.
 */
export function createGuard(
  namespace: string,
  { network, quotas }: GuardSettings,
  options: ResourceOptions,
): Resource[] {
  const place = { namespace };
  return [
    ...(network === undefined ? [] : createPolicies(renderPolicies(place, network), options)),
    ...createBounds(place, quotas, options),
  ];
}
