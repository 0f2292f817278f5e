import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { scriptNames, scriptText } from "../../../components/remote/scripts";
import { withFolder } from "../../support/folders";

const secret = "c4nary-token";

/** file.sh as it runs on a host, in a folder of its own. */
function run(folder: string, args: readonly string[], input = secret) {
  const scripts = join(folder, "scripts");
  spawnSync("mkdir", ["-p", scripts]);
  for (const name of scriptNames) writeFileSync(join(scripts, name), scriptText(name));
  const { status, stdout, stderr } = spawnSync("bash", [join(scripts, "file.sh"), ...args], {
    input,
    encoding: "utf8",
  });
  return { status, printed: stdout + stderr };
}

describe("file.sh", () => {
  before(function () {
    if (process.platform === "linux" && process.getuid?.() === 0) return;
    process.stdout.write("skipped: file.sh writes root's files on Linux\n");
    this.skip();
  });

  it("writes what it reads, for nobody but root, and prints none of it", async () => {
    await withFolder((folder) => {
      const path = join(folder, "deep", "token");
      const { status, printed } = run(folder, ["converge", "--path", path, "--mode", "0600"]);
      assert.equal(status, 0);
      assert.equal(readFileSync(path, "utf8"), secret);
      assert.equal(statSync(path).mode & 0o777, 0o600);
      assert.equal(printed, `write ${path}\n`);
      assert.deepEqual(readdirSync(join(folder, "deep")), ["token"]);
    });
  });

  it("leaves a file alone that is right, and mends its mode when just that is wrong", async () => {
    await withFolder((folder) => {
      const path = join(folder, "token");
      const args = ["converge", "--path", path, "--mode", "0600"];
      run(folder, args);
      assert.equal(run(folder, args).printed, "unchanged\n");
      chmodSync(path, 0o644);
      run(folder, args);
      assert.equal(statSync(path).mode & 0o777, 0o600);
    });
  });

  it("says in check mode what it would write, and writes nothing", async () => {
    await withFolder((folder) => {
      const path = join(folder, "token");
      const { status, printed } = run(folder, ["check", "--path", path, "--mode", "0600"]);
      assert.equal(status, 10);
      assert.equal(printed, `would change: write ${path}\n`);
      assert.deepEqual(readdirSync(folder), ["scripts"]);
    });
  });

  it("keeps the old file and the secret to itself when writing fails", async () => {
    await withFolder((folder) => {
      writeFileSync(join(folder, "file"), "");
      const path = join(folder, "file", "token");
      const { status, printed } = run(folder, ["converge", "--path", path, "--mode", "0600"]);
      assert.notEqual(status, 0);
      assert.ok(!printed.includes(secret));
    });
  });

  it("refuses arguments it does not know", async () => {
    await withFolder((folder) => {
      assert.match(run(folder, ["remove"]).printed, /unknown verb 'remove': use check or converge/);
      assert.match(run(folder, ["check", "token"]).printed, /unexpected argument: token/);
    });
  });
});
