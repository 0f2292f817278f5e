import {
  type Policies,
  PolicyPack,
  type PolicyResource,
  type ReportViolation,
  type ResourceValidationArgs,
  type ResourceValidationPolicy,
} from "@pulumi/policy";
import { runtime } from "@pulumi/pulumi";
import type { PolicyRuleId } from "../catalogue/policyRules";
import { checkPolicy } from "./check";
import { contextOf, enforcementOf } from "./context";
import { engineResource, secretPathsOf } from "./engineResource";
import { exemptionsFor } from "./exemption";
import { exemptions } from "./exemptions";
import type { Resource } from "./resource";
import type { Rule } from "./rule";
import { ruleEntries, rules } from "./rules";
import { stackConfig } from "./stackConfig";

const config = stackConfig(runtime.allConfig());
const context = contextOf(config, []);
const granted = exemptionsFor(config, exemptions);

/** What the program asked for, by URN. */
const seen = new Map<string, Resource>();

/** A resource as it was asked for. One that a targeted run leaves out is taken as the engine has it. */
function asSeen(one: ResourceValidationArgs | PolicyResource): Resource {
  return seen.get(one.urn) ?? engineResource(one, []);
}

/**
 * Changes nothing. The engine shows which inputs are secret to what may remedy a resource, and not to
 * what judges it; and it asks the former first. Rules that judge the whole stack are shown outputs
 * only, of which a preview may have none.
 */
const notesInputs: ResourceValidationPolicy = {
  name: "notes-inputs",
  description: "Notes inputs and which of them are secret, for the rules",
  enforcementLevel: "remediate",
  remediateResource: (args) => {
    const secrets = secretPathsOf(args);
    seen.set(args.urn, engineResource(args, secrets));
  },
};

function report(rule: PolicyRuleId, resources: readonly Resource[], tell: ReportViolation): void {
  const isAsked = (id: PolicyRuleId): boolean => id === rule;
  const { violations } = checkPolicy(resources, { context, exemptions: granted, isAsked });
  for (const { place, path, wrong, urn } of violations) {
    const where = path === "" ? place : `${place}: ${path}`;
    tell(`${where}: ${wrong}. ${rules[rule].mend}`, urn);
  }
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
        report(id, [asSeen(args)], tell);
      },
    };
  }
  return {
    ...policy,
    validateStack: ({ resources }, tell) => {
      report(id, resources.map(asSeen), tell);
    },
  };
}

new PolicyPack("bramble", {
  description: `${String(Object.keys(rules).length)} rules; docs/policy.md lists them`,
  policies: [notesInputs, ...ruleEntries.map(([id, rule]) => policyOf(id, rule))],
});
