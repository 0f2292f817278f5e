import {
  type Policies,
  PolicyPack,
  type ReportViolation,
  type ResourceValidationPolicy,
} from "@pulumi/policy";
import { runtime } from "@pulumi/pulumi";
import type { PolicyRuleId } from "../catalogue/policyRules";
import { checkPolicy, type Violation, violationLine } from "./check";
import { contextOf, enforcementOf } from "./context";
import { engineResource, secretPathsOf } from "./engineResource";
import { exemptionsFor } from "./exemption";
import { exemptions } from "./exemptions";
import type { Resource } from "./resource";
import { type Rule } from "./rule";
import { ruleEntries, rules } from "./rules";
import { stackConfig } from "./stackConfig";

const config = stackConfig(runtime.allConfig());
const context = contextOf(config, []);
const granted = exemptionsFor(config, exemptions);

/** Secret inputs by URN, noted before the rules are asked. */
const secretInputs = new Map<string, readonly string[]>();

/**
 * Changes nothing. The engine shows which inputs are secret to what may remedy a resource, and not to
 * what judges it; and it asks the former first.
 */
const notesSecrets: ResourceValidationPolicy = {
  name: "notes-secret-inputs",
  description: "Notes which inputs are secret, for the rules about secrets",
  enforcementLevel: "remediate",
  remediateResource: (args) => {
    secretInputs.set(args.urn, secretPathsOf(args));
  },
};

function report(rule: PolicyRuleId, resources: readonly Resource[], tell: ReportViolation): void {
  const isAsked = (id: PolicyRuleId): boolean => id === rule;
  const { violations } = checkPolicy(resources, { context, exemptions: granted, isAsked });
  violations.forEach((violation: Violation) => {
    tell(violationLine(violation), violation.urn);
  });
}

function policyOf(id: PolicyRuleId, { title, reason, mend, scope }: Rule): Policies[number] {
  const policy = {
    name: id,
    description: `${title}. ${reason}`,
    remediationSteps: mend,
    enforcementLevel: enforcementOf(config, id),
  };
  if (scope === "resource") {
    return {
      ...policy,
      validateResource: (args, tell) => {
        report(id, [engineResource(args, secretInputs.get(args.urn) ?? [])], tell);
      },
    };
  }
  return {
    ...policy,
    validateStack: ({ resources }, tell) => {
      const all = resources.map((one) => engineResource(one, secretInputs.get(one.urn) ?? []));
      report(id, all, tell);
    },
  };
}

new PolicyPack("bramble", {
  description: `${String(Object.keys(rules).length)} rules; docs/policy.md lists them`,
  policies: [notesSecrets, ...ruleEntries.map(([id, rule]) => policyOf(id, rule))],
});
