import { z } from "zod";
import { policyRuleIds } from "../catalogue/policyRules";
import { nearest } from "./problems";

const level = z.enum(["disabled", "advisory", "mandatory"]);

const ruleId = z.string().refine((id) => (policyRuleIds as readonly string[]).includes(id), {
  error: ({ input }) => `is no rule of the policy${nearest(String(input), policyRuleIds)}`,
});

/** `bramble:policy`: how far the rules of the policy pack are enforced. */
export const policy = z.strictObject({
  level: level
    .default("mandatory")
    .describe(
      "What a broken rule does: `mandatory` stops the run, `advisory` is told, `disabled` is not looked at.",
    ),
  rules: z
    .record(ruleId, level)
    .default({})
    .describe("Levels of single rules, by name, in place of `level`; see docs/policy.md."),
  imageDigests: z
    .boolean()
    .default(false)
    .describe("Images must be named by digest: for stacks whose images all have one."),
});
