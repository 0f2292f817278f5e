import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { projectDirectory } from "../../../operations/stackFile";
import { withFolder } from "../../support/folders";

const secret = `<ApiKey>${"0a1b2c3d".repeat(4)}</ApiKey>`;
const copied = [".githooks", "package.json", "package-lock.json", "tsconfig.json", "config"];

/** Runs with a repository that has the scan and the hook, turned on as the README says. */
function withHook<T>(work: (git: (...args: string[]) => ReturnType<typeof run>) => T): Promise<T> {
  return withFolder((folder) => {
    for (const name of [...copied, "catalogue", "components", "operations", "Pulumi.yaml"]) {
      cpSync(join(projectDirectory, name), join(folder, name), { recursive: true });
    }
    symlinkSync(join(projectDirectory, "node_modules"), join(folder, "node_modules"));
    writeFileSync(join(folder, ".gitignore"), "/node_modules\n");
    const git = (...args: string[]) => run(folder, "git", args);
    git("init", "--quiet");
    run(folder, "npm", ["run", "--silent", "hooks"]);
    mkdirSync(join(folder, "copies"));
    writeFileSync(join(folder, "copies/config.xml"), secret);
    return work(git);
  });
}

function run(cwd: string, file: string, args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(file, args, {
    cwd,
    encoding: "utf8",
    env: {
      ...process.env,
      ...{ GIT_AUTHOR_NAME: "a", GIT_AUTHOR_EMAIL: "a@example.org" },
      ...{ GIT_COMMITTER_NAME: "a", GIT_COMMITTER_EMAIL: "a@example.org" },
    },
  });
  return { code: status, said: stdout + stderr };
}

describe("the pre-commit hook", function () {
  this.timeout(60_000);

  it("refuses a commit that brings a secret, says how to mend it, and lets others pass", () =>
    withHook((git) => {
      git("add", "copies/config.xml");
      const refused = git("commit", "--quiet", "--message", "Keep a copy");
      assert.equal(refused.code, 1, refused.said);
      assert.match(refused.said, /^copies\/config\.xml:1: this is the API key of /m);
      assert.match(refused.said, /Nothing was committed/);
      assert.ok(!refused.said.includes("0a1b2c3d"));

      git("reset", "--quiet");
      git("add", "Pulumi.yaml");
      const passed = git("commit", "--quiet", "--message", "Begin");
      assert.equal(passed.code, 0, passed.said);
    }));
});
