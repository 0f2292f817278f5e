import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type ScanException, scanExceptions } from "../../../operations/scan/exceptions";
import { needless, renderScan } from "../../../operations/scan/report";
import { scan } from "../../../operations/scan/scan";
import { historySources, stagedSources, treeSources } from "../../../operations/scan/sources";
import { projectDirectory } from "../../../operations/stackFile";
import { withFolder } from "../../support/folders";

const today = "2026-11-21";
const secret = `<ApiKey>${"0a1b2c3d".repeat(4)}</ApiKey>`;
const claim = `claim-${"a1b2".repeat(5)}`;

function git(directory: string, ...args: string[]): void {
  const who = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "core.hooksPath=/none"];
  const { status, stderr } = spawnSync("git", ["-C", directory, ...who, ...args], {
    encoding: "utf8",
  });
  assert.equal(status, 0, stderr);
}

/** Runs with a repository whose files are these, committed. */
function withRepository<T>(
  files: Readonly<Record<string, string>>,
  work: (folder: string) => T | Promise<T>,
): Promise<T> {
  return withFolder((folder) => {
    git(folder, "init", "--quiet");
    for (const [path, text] of Object.entries(files)) put(folder, path, text);
    git(folder, "add", "--all");
    git(folder, "commit", "--quiet", "--message", "Begin");
    return work(folder);
  });
}

function put(folder: string, path: string, text: string): void {
  mkdirSync(join(folder, path, ".."), { recursive: true });
  writeFileSync(join(folder, path), text);
}

const exception = (path: string, expires = "2027-01-01"): ScanException => ({
  ...{ path, rule: "arr-api-key", reason: "a test's", owner: "tests", expires },
});

const places = async (sources: Parameters<typeof scan>[0]) =>
  (await scan(sources, [], today)).findings.map(({ path, line }) => `${path}:${line}`).sort();

describe("scan for secrets", () => {
  it("finds none in this project, and needs each of its exceptions", async function () {
    if (spawnSync("git", ["-C", projectDirectory, "rev-parse"]).status !== 0) {
      console.log("    skipped: this copy of the project is no Git repository");
      this.skip();
    }
    const result = await scan(treeSources(projectDirectory), scanExceptions, today);
    const unneeded = needless(scanExceptions, result);
    assert.equal(result.findings.length + unneeded.length, 0, renderScan("tree", result, unneeded));
    assert.ok(result.scanned > 500);
  });

  it("looks at files that are in Git or could be, and passes over what is ignored or no text", () =>
    withRepository(
      { "a/config.xml": `\n${secret}`, ".gitignore": "/private\n" },
      async (folder) => {
        put(folder, "new.xml", secret);
        put(folder, "private/config.xml", secret);
        put(folder, "picture.xml", `\0${secret}`);
        assert.deepEqual(await places(treeSources(folder)), ["a/config.xml:2", "new.xml:1"]);
      },
    ));

  it("looks at what is staged, whatever lies on the disk", () =>
    withRepository({ "old.xml": secret, "b.xml": "<Config/>" }, async (folder) => {
      put(folder, "b.xml", secret);
      put(folder, "sub/c d.xml", secret);
      assert.deepEqual(await places(stagedSources(folder)), []);
      git(folder, "add", "--all");
      put(folder, "b.xml", "<Config/>");
      rmSync(join(folder, "sub"), { recursive: true });
      assert.deepEqual(await places(stagedSources(folder)), ["b.xml:1", "sub/c d.xml:1"]);
    }));

  it("looks at the first commit, where nothing is before it", () =>
    withFolder(async (folder) => {
      git(folder, "init", "--quiet");
      put(folder, "a.xml", secret);
      git(folder, "add", "a.xml");
      assert.deepEqual(await places(stagedSources(folder)), ["a.xml:1"]);
    }));

  it("finds what was deleted, what another branch has, and what a message tells", () =>
    withRepository({ "a.xml": secret }, async (folder) => {
      git(folder, "checkout", "--quiet", "-b", "other");
      put(folder, "b.xml", `${secret}\n`);
      git(folder, "add", "b.xml");
      git(folder, "commit", "--quiet", "--message", `Use ${claim}`);
      git(folder, "checkout", "--quiet", "-");
      git(folder, "rm", "--quiet", "a.xml");
      git(folder, "commit", "--quiet", "--message", "Take it out");
      const { findings } = await scan(historySources(folder), [], today);
      assert.deepEqual(findings.map(({ path, rule }) => `${path} ${rule}`).sort(), [
        "(message of a commit) plex-token",
        "a.xml arr-api-key",
        "b.xml arr-api-key",
      ]);
      assert.ok(findings.every(({ version }) => /^[0-9a-f]{12}$/.test(version ?? "")));
    }));

  it("passes over an exception, until it expires or nothing needs it", () =>
    withRepository({ "test/a.xml": secret }, async (folder) => {
      const rows = [exception("test/"), exception("gone.xml")];
      const held = await scan(treeSources(folder), rows, today);
      assert.deepEqual([held.findings, held.used], [[], rows.slice(0, 1)]);
      assert.deepEqual(needless(rows, held), rows.slice(1));

      const late = await scan(treeSources(folder), rows, "2027-01-01");
      assert.deepEqual([late.findings.length, late.expired], [1, rows.slice(0, 1)]);
      assert.match(renderScan("tree", late, []), /test\/, arr-api-key has expired/);
    }));

  it("says where, what and how to mend, and never the value", () =>
    withRepository({ "a.xml": secret }, async (folder) => {
      const said = renderScan("tree", await scan(treeSources(folder), [], today), []);
      assert.match(
        said,
        /^a\.xml:1: this is the API key of .*; `npm run secrets .* \[arr-api-key\]$/m,
      );
      assert.match(said, /^1 files scanned: 1 secrets, 0 exceptions$/m);
      assert.ok(!said.includes("0a1b2c3d"));
    }));

  it("holds each exception to a reason, an owner and at most two years", () => {
    const last = new Date(Date.parse(today) + 2 * 366 * 86_400_000).toISOString().slice(0, 10);
    for (const { path, reason, owner, expires } of scanExceptions) {
      assert.ok(reason.length > 20 && owner !== "", path);
      assert.match(expires, /^\d{4}-\d\d-\d\d$/);
      assert.ok(expires <= last, `${path}: ${expires}`);
    }
  });
});
