import assert from "node:assert/strict";
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { withFolder } from "../../support/folders";
import { runSourced, type ShellResult } from "../../support/shell";

/** A mount that is a link: what is done with the folder is done in earnest. */
function fakeMount(folder: string): void {
  mkdirSync(join(folder, "bin"));
  mkdirSync(join(folder, "store"));
  const commands = {
    mount: `rmdir "\${@: -1}" && ln -s "${join(folder, "store")}" "\${@: -1}"`,
    umount: `rm "\${@: -1}"`,
  };
  for (const [name, text] of Object.entries(commands)) {
    writeFileSync(join(folder, "bin", name), `#!/bin/bash\n${text}\n`);
    chmodSync(join(folder, "bin", name), 0o755);
  }
}

/** Runs shell against a destination by NFS, opened. */
function opened(folder: string, text: string): ShellResult {
  fakeMount(folder);
  mkdirSync(join(folder, "settings"));
  writeFileSync(
    join(folder, "settings", "destination"),
    "cluster=home\nretention=2\nkind=nfs\nserver=nas\npath=/copies\n",
  );
  writeFileSync(join(folder, "file"), "content");
  return runSourced(
    [`offhost.sh`],
    `PATH=${join(folder, "bin")}:$PATH\noffhost_open\n${text}`,
    folder,
    { offhost_dir: join(folder, "settings") },
  );
}

const copy = (day: number, of = "home.etcd.pi-1") => `${of}.2026010${String(day)}T000000Z.age`;

describe("offhost.sh", () => {
  it("stores a file, reads it back, and leaves nothing on the host", () =>
    withFolder((folder) => {
      const { code, stderr } = opened(folder, `offhost_store ${folder}/file ${copy(1)}`);
      assert.equal(code, 0, stderr);
      assert.equal(readFileSync(join(folder, "store", copy(1)), "utf8"), "content");
      assert.deepEqual(readdirSync(join(folder, "offhost")), []);
    }));

  it("trusts no destination that gives back something else", () =>
    withFolder((folder) => {
      const { code, stderr } = opened(
        folder,
        `offhost_get() { echo other >"$2"; }\noffhost_store ${folder}/file ${copy(1)}`,
      );
      assert.equal(code, 1);
      assert.match(stderr, /came back changed from nas:\/copies: do not trust this destination/);
    }));

  it("keeps the newest copies of one host, and whatever it did not name itself", () =>
    withFolder((folder) => {
      const others = [
        copy(1, "home.etcd.pi-10"),
        copy(1, "away.etcd.pi-1"),
        "home.etcd.pi-1.notes",
      ];
      const names = [copy(3), copy(1), copy(2), ...others];
      const made = names.map((name) => `echo x >${folder}/store/${name}`).join("\n");
      const { code, stdout, stderr } = opened(
        folder,
        `${made}\noffhost_prune home.etcd.pi-1. 2\noffhost_list home.etcd.pi-1.`,
      );
      assert.equal(code, 0, stderr);
      assert.equal(stdout, `2 ${copy(2)}\n2 ${copy(3)}\n`);
      assert.deepEqual(
        readdirSync(join(folder, "store")).sort(),
        [copy(2), copy(3), ...others].sort(),
      );
    }));

  it("tells what to do where no destination is known", () => {
    const { code, stderr } = runSourced(["offhost.sh"], "offhost_open", "/nonexistent");
    assert.equal(code, 1);
    assert.match(stderr, /knows no destination for copies: set k3s\.snapshots\.offHost/);
  });
});
