import assert from "node:assert/strict";
import { checkRules } from "../../config/rules";
import { readStackConfig } from "../../operations/stackFile";
import { requiredAddresses } from "../support/media";

describe("the three stacks", () => {
  for (const stack of ["local", "staging", "production"]) {
    it(`${stack} lacks nothing but what only its owner knows: host keys`, () => {
      const paths = checkRules(readStackConfig(stack)).problems.map(({ path }) => path);
      assert.deepEqual(
        paths.filter((path) => !path.endsWith(".hostKey")),
        [],
      );
    });
  }

  it("production asks for the addresses that are promised", function () {
    const { hosts, media } = readStackConfig("production");
    if (!hosts.some(({ address }) => address.startsWith("10.69.1."))) {
      process.stdout.write("skipped: production was moved to a network of its own\n");
      this.skip();
    }
    const addresses = Object.entries(media.apps).map(([name, app]) => [name, app.address]);
    assert.deepEqual(Object.fromEntries(addresses), requiredAddresses);
  });
});
