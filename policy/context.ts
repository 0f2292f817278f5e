import { images } from "../catalogue/images";
import { kubeVip } from "../catalogue/k3s";
import type { PolicyRuleId } from "../catalogue/policyRules";
import type { Config } from "../config/schema";
import type { Resource } from "./resource";
import type { Context, Level } from "./rule";
import { rules } from "./rules";

/** What of a stack's configuration the rules know. */
export function contextOf({ policy, network }: Config, all: readonly Resource[]): Context {
  return {
    imageDigests: policy.imageDigests,
    addressRanges: network.pools.flatMap(({ addresses }) => addresses),
    images: [...Object.values(images), kubeVip],
    all,
  };
}

/** How far a rule is enforced. */
export type Enforcement = Level | "disabled";

/**
 * How far a stack enforces a rule: by its own row in `policy.rules`, else as far as `policy.level` and
 * the rule itself both go.
 */
export function enforcementOf({ policy }: Config, id: PolicyRuleId): Enforcement {
  const own = policy.rules[id];
  if (own !== undefined) return own;
  const { level = "mandatory" } = rules[id];
  return policy.level === "mandatory" ? level : policy.level;
}
