import assert from "node:assert/strict";
import { withMend } from "../../operations/pulumiCli";

describe("an error of the CLI", () => {
  it("says where a passphrase came from that opens nothing", () => {
    const of = (environment: Record<string, string>) =>
      withMend("incorrect passphrase", environment);
    assert.match(
      of({ PULUMI_CONFIG_PASSPHRASE: "c4n4ry", PULUMI_CONFIG_PASSPHRASE_FILE: "/keys/home" }),
      /than that of PULUMI_CONFIG_PASSPHRASE, which goes before PULUMI_CONFIG_PASSPHRASE_FILE$/,
    );
    assert.match(of({ PULUMI_CONFIG_PASSPHRASE: "" }), /PULUMI_CONFIG_PASSPHRASE, set and empty$/);
    assert.match(of({ PULUMI_CONFIG_PASSPHRASE_FILE: "/keys/home" }), /_FILE, \/keys\/home$/);
    assert.doesNotMatch(of({ PULUMI_CONFIG_PASSPHRASE: "c4n4ry" }), /c4n4ry/);
  });

  it("says how a stack comes to be", () => {
    assert.match(
      withMend("no stack named 'home.v1-a' found", {}),
      /pulumi login .* or for a new one pulumi stack init home\.v1-a$/,
    );
  });

  it("is otherwise as it was", () => {
    assert.equal(withMend("something else", {}), "something else");
  });
});
