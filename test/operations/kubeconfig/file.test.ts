import assert from "node:assert/strict";
import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { mergeIntoFile } from "../../../operations/kubeconfig/file";
import { withFolder } from "../../support/folders";

const added = "clusters: [{ name: home }]\ncurrent-context: home\n";
const mode = (path: string) => (statSync(path).mode & 0o777).toString(8);

describe("mergeIntoFile", () => {
  it("makes a file that nobody else can read, and its folder", async () => {
    await withFolder((folder) => {
      const file = join(folder, ".kube", "config");
      assert.equal(mergeIntoFile(file, added).changed, true);
      assert.equal(mode(file), "600");
      assert.equal(mode(join(folder, ".kube")), "700");
      assert.deepEqual(readdirSync(join(folder, ".kube")), ["config"]);
    });
  });

  it("keeps the file as it was before the first merge, once", async () => {
    await withFolder((folder) => {
      const file = join(folder, "config");
      writeFileSync(file, "clusters: [{ name: work }]\n", { mode: 0o644 });
      const { backup } = mergeIntoFile(file, added);
      assert.equal(backup, `${file}.before-bramble`);
      const second = mergeIntoFile(file, added.replaceAll("home", "other"));
      assert.equal(second.backup, undefined);
      assert.equal(readFileSync(backup, "utf8"), "clusters: [{ name: work }]\n");
      assert.equal(mode(backup), "600");
      assert.equal(mode(file), "600");
    });
  });

  it("says when nothing changes", async () => {
    await withFolder((folder) => {
      const file = join(folder, "config");
      mergeIntoFile(file, added);
      assert.equal(mergeIntoFile(file, added).changed, false);
    });
  });

  it("writes through a link instead of replacing it", async () => {
    await withFolder((folder) => {
      mkdirSync(join(folder, "dotfiles"));
      const real = join(folder, "dotfiles", "kubeconfig");
      const link = join(folder, "config");
      writeFileSync(real, "clusters: []\n");
      symlinkSync(real, link);
      mergeIntoFile(link, added);
      assert.ok(lstatSync(link).isSymbolicLink());
      assert.match(readFileSync(real, "utf8"), /home/);
    });
  });
});
