import assert from "node:assert/strict";
import { type PolicyRuleId, policyRuleIds } from "../../catalogue/policyRules";
import type { Resource } from "../../policy/resource";
import type { Context } from "../../policy/rule";
import { rules } from "../../policy/rules";
import type { Example, Examples } from "./examples/builders";
import { engineExamples } from "./examples/engine";
import { objectExamples } from "./examples/objects";
import { podExamples } from "./examples/pods";

const examples: Readonly<Record<PolicyRuleId, Examples>> = {
  ...podExamples,
  ...objectExamples,
  ...engineExamples,
};

const context: Omit<Context, "all"> = {
  imageDigests: true,
  addressRanges: ["10.0.0.1-10.0.0.9"],
  images: [
    { repository: "registry.lan/app", tag: "1.2.3", architectures: ["amd64", "arm64"] },
    { repository: "registry.lan/old", tag: "1", architectures: ["amd64"] },
  ],
};

function judge(id: PolicyRuleId, example: Resource | Example) {
  const { resource: one, others = [] } = "resource" in example ? example : { resource: example };
  return rules[id].judge(one, { ...context, all: [one, ...others] });
}

const wrongs = (id: PolicyRuleId, example: Resource | Example): (string | undefined)[] =>
  judge(id, example)
    .map(({ wrong }) => wrong)
    .filter((wrong) => wrong !== undefined);

for (const id of policyRuleIds) {
  const { well, wrong, other } = examples[id];
  describe(`rule ${id}`, () => {
    it("is content with what complies, having looked at it", () => {
      for (const example of well) {
        assert.notEqual(judge(id, example).length, 0);
        assert.deepEqual(wrongs(id, example), []);
      }
    });

    it("says what is wrong, once, and shows no value of a secret", () => {
      for (const [example, words] of wrong) {
        assert.deepEqual(wrongs(id, example), [words]);
        assert.ok(!words.includes("canary"));
      }
    });

    // Everything may be protected: there is nothing that this rule leaves out.
    if (id !== "unprotected") {
      it("leaves the rest alone", () => {
        assert.deepEqual(judge(id, other), []);
      });
    }
  });
}
