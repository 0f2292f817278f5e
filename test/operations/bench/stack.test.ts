import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { checkRules } from "../../../config/rules";
import { benchStack } from "../../../operations/bench/stack";
import { readStackConfig, stackFilePath } from "../../../operations/stackFile";
import { withFolder } from "../../support/folders";

describe("benchStack", () => {
  for (const hosts of [1, 4, 100]) {
    it(`is a sound stack of ${hosts} hosts`, async () => {
      await withFolder((folder) => {
        writeFileSync(stackFilePath("bench", folder), benchStack(hosts));
        const config = readStackConfig("bench", folder);
        assert.equal(config.hosts.length, hosts);
        const paths = checkRules(config).problems.map(({ path }) => path);
        assert.deepEqual(
          paths.filter((path) => !path.endsWith(".hostKey")),
          [],
        );
      });
    });
  }
});
