import assert from "node:assert/strict";
import { policyRuleIds } from "../../catalogue/policyRules";
import { summaryLine, verdictOf } from "../../operations/policy/policy";
import { type Verdict, violationLine } from "../../policy/check";
import { unusedExemptions } from "../../policy/exemptionProblems";
import { exemptionsFor } from "../../policy/exemption";
import { exemptions } from "../../policy/exemptions";
import {
  deliveredPlan,
  fixturePlans,
  type PolicyPlan,
  type StackPlan,
  stackPlan,
} from "../support/policyPlans";

const stacks = ["local", "staging", "production"];

describe("the policy", () => {
  const plans: PolicyPlan[] = [];
  const verdicts = new Map<string, Verdict>();
  before(async function () {
    this.timeout(180_000);
    const ours: StackPlan[] = [];
    for (const stack of stacks) ours.push(await stackPlan(stack));
    plans.push(...ours, ...ours.map(deliveredPlan), ...(await fixturePlans()));
    for (const { name, config, resources } of plans) {
      // A level may turn a rule off for a stack; what the program makes has to meet them all.
      const all = { ...config, policy: { ...config.policy, rules: {}, imageDigests: false } };
      verdicts.set(name, verdictOf(all, resources));
    }
  });

  it("is met by every plan: the stacks', the fixtures' and what Argo CD delivers", () => {
    assert.ok(plans.length > 8);
    for (const [name, { violations }] of verdicts) {
      assert.deepEqual(violations.map(violationLine), [], name);
    }
    const ours = stacks.flatMap((stack) => verdicts.get(stack) ?? []);
    process.stdout.write(`${summaryLine(ours)}\n`);
  });

  it("has a subject in the plans for each rule: one that looks at nothing holds nothing", () => {
    for (const stack of stacks) {
      const subjects = verdicts.get(stack)?.subjects;
      const idle = policyRuleIds.filter((id) => (subjects?.get(id) ?? 0) === 0);
      // Its mutation shows that it looks where a configuration wants digests.
      assert.deepEqual(idle, ["image-digest"], stack);
    }
  });

  it("has no exemption that covers nothing", () => {
    const own = exemptions.filter(({ chart }) => chart === undefined);
    const used = plans.flatMap(({ name }) => verdicts.get(name)?.exempted ?? []);
    const production = plans.find(({ name }) => name === "production");
    assert.ok(production);
    assert.deepEqual(unusedExemptions(exemptionsFor(production.config, own), used), []);
  });
});
