import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(__dirname, "..", "..");

interface Renovate {
  readonly customManagers: readonly {
    readonly managerFilePatterns: readonly string[];
    readonly matchStrings: readonly string[];
  }[];
}

const renovate = JSON.parse(readFileSync(join(root, "renovate.json"), "utf8")) as Renovate;
const manager = renovate.customManagers[0] ?? assert.fail("renovate.json has no manager of ours");

const files = [
  ...readdirSync(join(root, "catalogue"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1)),
  // Programs that tests are held to.
  ...["lab/alertTools.ts", "lab/secretTools.ts"],
];

/** What Renovate finds in a text. */
function found(text: string): Record<string, string | undefined>[] {
  return manager.matchStrings.flatMap((pattern) =>
    [...text.matchAll(new RegExp(pattern, "g"))].map(({ groups }) => ({ ...groups })),
  );
}

describe("Renovate", () => {
  it("looks at every source of the catalogue and of programs for tests", () => {
    const patterns = manager.managerFilePatterns.map((one) => new RegExp(one.slice(1, -1)));
    for (const file of files)
      assert.ok(
        patterns.some((one) => one.test(file)),
        file,
      );
  });

  it("finds every version and tag there, or it would grow old unseen", () => {
    for (const file of files) {
      const text = readFileSync(join(root, file), "utf8");
      const written = [...text.matchAll(/^\s+(?:version|tag): "([^"]+)",$/gm)].map(
        ([, one]) => one,
      );
      assert.deepEqual(
        found(text).map(({ currentValue }) => currentValue),
        written,
        file,
      );
    }
    assert.ok(files.flatMap((file) => found(readFileSync(join(root, file), "utf8"))).length > 20);
  });

  it("renews an image's digest with its tag, and leaves a chart's archive to verify", () => {
    const digest = `sha256:${"0".repeat(64)}`;
    const image = `    // renovate: datasource=docker depName=a/b
    repository: "a/b",
    tag: "1.0",
    digest: "${digest}",
`;
    assert.equal(found(image)[0]?.["currentDigest"], digest);
    const chart = `    // renovate: datasource=docker depName=a/b
    version: "1.0.0",
    archiveDigest: "${digest}",
`;
    assert.equal(found(chart)[0]?.["currentDigest"], undefined);
  });
});
