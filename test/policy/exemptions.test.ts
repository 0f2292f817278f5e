import assert from "node:assert/strict";
import type { Exemption } from "../../policy/exemption";
import { exemptionProblems, unusedExemptions } from "../../policy/exemptionProblems";
import { exemptions } from "../../policy/exemptions";

const now = new Date("2027-01-10T12:00:00Z");

const sound: Exemption = {
  rule: "host-path",
  subjects: ["media/Deployment/plex"],
  reason: "A reason that somebody can follow.",
  owner: "media operator",
  expires: "2027-06-30",
};

describe("exemptions", () => {
  it("are each narrow, reasoned, and due to be looked at again", () => {
    assert.deepEqual(exemptionProblems(exemptions, new Date()), []);
  });

  for (const [what, change, problem] of [
    ["last until the end of their day", { expires: "2027-01-10" }, undefined],
    [
      "fail once they have expired",
      { expires: "2027-01-09" },
      "has expired on 2027-01-09: mend what it is for, or look at it again and set a new day",
    ],
    [
      "may not be for ever",
      { expires: "2030-01-01" },
      "expires 2030-01-01: more than 400 days ahead nobody looks at it again",
    ],
    ["name a day", { expires: "soon" }, "expires soon, which is no day"],
    [
      "name no pattern",
      { subjects: ["media/Deployment/*"] },
      "is too wide: media/Deployment/* does not name one object",
    ],
    [
      "name more than a namespace",
      { subjects: ["media"] },
      "is too wide: media does not name one object",
    ],
    ["name something", { subjects: [] }, "is for 0 subjects: 1 to 12 are allowed"],
    ["take the media namespace as it is called", { subjects: ["{media}/Job/x"] }, undefined],
    ["say why", { reason: "because" }, "lacks a reason or an owner"],
    ["have an owner", { owner: "" }, "lacks a reason or an owner"],
    [
      "are for rules that judge charts, where they are of a chart",
      { rule: "host-key", chart: "loki" },
      "is of a chart, which the rule does not judge",
    ],
  ] as const) {
    it(what, () => {
      const row: Exemption = { ...sound, ...change };
      const [found = "", ...more] = exemptionProblems([row], now);
      assert.deepEqual(more, []);
      assert.ok(problem === undefined ? found === "" : found.endsWith(` ${problem}`), found);
    });
  }

  it("that cover nothing are named, subject by subject", () => {
    const row = { ...sound, subjects: ["media/Deployment/plex", "media/Deployment/radarr"] };
    const violation = {
      ...({ rule: "host-path", place: "media/Deployment/plex" } as const),
      ...{ urn: "urn", path: "spec" },
      wrong: "wrong",
    };
    assert.deepEqual(unusedExemptions([row], [{ exemption: row, violation }]), [
      "[host-path] media/Deployment/radarr is not needed: remove it",
    ]);
  });
});
