import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { scriptNames, scriptRevision, scriptText } from "../../../components/remote/scripts";

const root = join(__dirname, "..", "..", "..");

function shellFiles(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".sh"))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .filter((path) => !path.includes("node_modules"))
    .sort();
}

const files = ["components", "lab", "operations", "test"].flatMap(shellFiles);
// Those under `container` run in a container's image, not on a host.
const hostScripts = shellFiles("components").filter((path) => !path.includes("/container/"));

describe("shell scripts", () => {
  it("pass shellcheck", function () {
    const { error, status, stdout } = spawnSync("shellcheck", ["-x", ...files], {
      cwd: root,
      encoding: "utf8",
    });
    if (error !== undefined) {
      process.stdout.write("skipped: shellcheck is not installed\n");
      this.skip();
    }
    assert.equal(status, 0, stdout);
  }).timeout(120_000);

  it("all reach the hosts: one that is not in the bundle would be missing there", () => {
    const names = hostScripts.map((path) => path.split("/").at(-1) ?? "");
    assert.deepEqual([...names].sort(), [...scriptNames].sort());
  });

  it("hold no line that the bundle is split at", () => {
    for (const name of scriptNames) assert.ok(!scriptText(name).includes("#### bramble script"));
  });

  for (const path of hostScripts) {
    it(`${path} stops at the first failure and can be run`, () => {
      const text = readFileSync(join(root, path), "utf8");
      if (text.startsWith("# shellcheck shell=bash\n")) {
        // Sourced by others, which source lib.sh first.
        if (path.endsWith("/lib.sh")) assert.match(text, /^set -euo pipefail$/m);
      } else {
        assert.match(text, /^#!\/usr\/bin\/env bash\n/);
        assert.match(text, /^source "\$\(dirname "\$0"\)\/lib\.sh"$/m);
        assert.notEqual(statSync(join(root, path)).mode & 0o111, 0);
      }
    });

    it(`${path} traces nothing and takes no token as an argument or from the environment`, () => {
      const text = readFileSync(join(root, path), "utf8");
      assert.doesNotMatch(text, /set -[a-wyz]*x|--(agent-)?token[= ]|K3S_(AGENT_)?TOKEN/);
    });
  }

  it("count as changed with what they source, and only they", () => {
    const revisions = scriptNames.map(scriptRevision);
    assert.equal(new Set(revisions).size, revisions.length);
    for (const revision of revisions) assert.match(revision, /^[0-9a-f]{12}$/);
  });
});
