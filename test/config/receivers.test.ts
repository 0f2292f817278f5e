import assert from "node:assert/strict";
import { closedSecret } from "../../config/closedSecret";
import { monitoringWarnings } from "../../config/monitoringSchema";
import { parseConfig } from "../../config/parse";
import { readReceiverSecrets, receiverSecretMistakes } from "../../config/receivers";

const phone = { name: "phone", type: "ntfy", auth: true } as const;

function warningsOf(receivers: readonly unknown[], enabled = true): string[] {
  const { draft } = parseConfig({ platform: { monitoring: { enabled, receivers } } });
  assert.ok(draft);
  return monitoringWarnings(draft.platform.monitoring).map(({ message }) => message);
}

describe("the secret alertReceivers", () => {
  it("has an entry for each receiver, with all its type needs", () => {
    const text = '{"phone":{"url":"https://ntfy.sh/c4nary","token":"c4nary"}}';
    assert.deepEqual(receiverSecretMistakes(text, [phone]), []);
    assert.equal(readReceiverSecrets(text)["phone"]?.["token"], "c4nary");
    assert.deepEqual(receiverSecretMistakes(closedSecret, [phone]), []);
  });

  for (const [what, text, expected] of [
    ["no JSON", "c4nary", /^is not JSON of the form/],
    ["an empty value", '{"phone":{"url":"","token":"c4nary"}}', /^is not JSON of the form/],
    ["a lack", '{"phone":{"url":"https://c4nary"}}', /^lacks "token" of the receiver phone$/],
    ["a lacking entry", "{}", /^lacks "url" of the receiver phone$/],
    [
      "a key of another type",
      '{"phone":{"url":"https://c4nary","token":"x","password":"c4nary"}}',
      /^has "password" for the receiver phone, which a ntfy does not take$/,
    ],
    [
      "a word for a URL",
      '{"phone":{"url":"c4nary","token":"x"}}',
      /^has a "url" of the receiver phone that is no http\(s\) URL$/,
    ],
  ] as const) {
    it(`refuses ${what} without repeating it`, () => {
      const [mistake = ""] = receiverSecretMistakes(text, [phone]);
      assert.match(mistake, expected);
      assert.ok(!mistake.includes("c4nary"));
    });
  }
});

describe("the receivers of a stack", () => {
  it("are missed aloud: an alert nobody hears is none", () => {
    assert.match(String(warningsOf([])), /^nobody is told of alerts/);
    assert.deepEqual(warningsOf([], false), []);
  });

  it("are warned about when a severity reaches nobody", () => {
    assert.deepEqual(warningsOf([{ name: "phone", type: "ntfy", severities: ["critical"] }]), [
      "no receiver takes alerts of severity warning",
    ]);
    assert.deepEqual(warningsOf([{ name: "phone", type: "ntfy" }]), []);
  });
});
