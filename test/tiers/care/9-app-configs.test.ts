import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { excludedPatterns } from "../../../components/ops/backups/excluded";
import { withFolder } from "../../support/folders";

const scripts = join(__dirname, "..", "..", "..", "components", "ops", "backups", "container");
const present = (program: string) => spawnSync(program, ["--help"]).error === undefined;

/** Adds rows to a database in SQLite's write-ahead mode, twenty at a time, until it is killed. */
const writer = [
  "import sqlite3, sys",
  "connection = sqlite3.connect(sys.argv[1], isolation_level=None)",
  "connection.execute('PRAGMA journal_mode=WAL')",
  "connection.execute('CREATE TABLE t (a INTEGER, b TEXT)')",
  "number = 0",
  "while True:",
  "    connection.execute('BEGIN')",
  "    for _ in range(20): connection.execute('INSERT INTO t VALUES (?, ?)', (number, 'x' * 200))",
  "    connection.execute('COMMIT')",
  "    number += 1",
  "    if number == 20: print('writing', flush=True)",
].join("\n");

const counted = [
  "import sqlite3, sys",
  "print(sqlite3.connect(sys.argv[1]).execute('SELECT COUNT(*) FROM t').fetchone()[0])",
].join("\n");

describe("the scripts that copy and restore", function () {
  this.timeout(60_000);

  before(function () {
    const missing = ["restic", "python3"].filter((program) => !present(program));
    if (missing.length > 0) {
      console.log(`      skipped: no ${missing.join(" and no ")} on this machine`);
      this.skip();
    }
  });

  /** The folders of a job's pod on this machine. */
  async function withPod(
    act: (pod: {
      readonly folder: (name: string) => string;
      readonly run: (program: string, ...args: string[]) => string;
      readonly fails: (program: string, ...args: string[]) => string;
    }) => void | Promise<void>,
  ): Promise<void> {
    await withFolder((root) => {
      const folder = (name: string) => join(root, name);
      for (const name of ["backup/config", "scratch", "live"]) {
        mkdirSync(folder(name), { recursive: true });
      }
      writeFileSync(folder("password"), "correct horse");
      writeFileSync(folder("backup/patterns"), excludedPatterns("radarr", folder("backup/config")));
      const env = {
        ...process.env,
        RESTIC_REPOSITORY: folder("repository/app-configs/home"),
        RESTIC_PASSWORD_FILE: folder("password"),
        RESTIC_CACHE_DIR: folder("cache"),
        BACKUP: folder("backup"),
        SCRATCH: folder("scratch"),
        CONFIG: folder("live"),
      };
      const call = (program: string, args: string[]) =>
        spawnSync(program, args, { env, encoding: "utf8" });
      return act({
        folder,
        run: (program, ...args) => {
          const { status, stdout, stderr } = call(program, args);
          assert.equal(status, 0, `${args.join(" ")}: ${stdout}${stderr}`);
          return stdout;
        },
        fails: (program, ...args) => {
          const { status, stderr } = call(program, args);
          assert.notEqual(status, 0, args.join(" "));
          return stderr;
        },
      });
    });
  }

  const databases = join(scripts, "databases.py");
  const appConfigs = join(scripts, "app-configs.sh");

  it("bring back a database whole that was written to while it was copied", () =>
    withPod(async ({ folder, run }) => {
      const config = folder("backup/config");
      mkdirSync(join(config, "MediaCover"));
      writeFileSync(join(config, "MediaCover", "poster.jpg"), "large");
      writeFileSync(join(config, "config.xml"), "<Config/>");
      const busy = spawn("python3", ["-c", writer, join(config, "radarr.db")]);
      try {
        await once(busy.stdout, "data");
        const parts = [config, folder("backup/databases"), folder("backup/excluded")];
        assert.match(run("python3", databases, "copy", ...parts), /copied 1 database/);
        run("sh", appConfigs, "save", "radarr", "home", "7", "4", "6");
      } finally {
        busy.kill("SIGKILL");
      }
      assert.match(run("sh", appConfigs, "fetch", "home", "latest", "radarr"), /radarr: 2 file/);
      assert.match(run("python3", databases, "check", folder("scratch")), /1 database\(s\), all/);
      const restored = Number(run("python3", "-c", counted, folder("scratch/radarr/radarr.db")));
      assert.ok(restored >= 400 && restored % 20 === 0, `${String(restored)} rows: torn`);
      assert.ok(!existsSync(folder("scratch/radarr/MediaCover")), "posters come by themselves");

      writeFileSync(folder("live/config.xml"), "broken");
      run("sh", appConfigs, "put", "radarr");
      assert.equal(readFileSync(folder("live/config.xml"), "utf8"), "<Config/>");
      const kept = spawnSync("sh", ["-c", `cat ${folder("live")}/.before-restore-*/config.xml`]);
      assert.equal(kept.stdout.toString(), "broken", "what was there is kept");
      run("sh", appConfigs, "upkeep");
    }));

  it("refuse a damaged database, and say which", () =>
    withPod(({ folder, run, fails }) => {
      const file = folder("scratch/torn.db");
      const make = [
        "import sqlite3, sys",
        "connection = sqlite3.connect(sys.argv[1])",
        "connection.execute('CREATE TABLE t (a TEXT)')",
        "connection.executemany('INSERT INTO t VALUES (?)', [('x' * 500,)] * 200)",
        "connection.commit()",
      ].join("\n");
      run("python3", "-c", make, file);
      const bytes = readFileSync(file);
      bytes.fill(0xff, 8192, 16384);
      writeFileSync(file, bytes);
      assert.match(fails("python3", databases, "check", folder("scratch")), /torn\.db is damaged/);
    }));

  it("open nothing with another password, and do not begin a second repository", () =>
    withPod(({ folder, run, fails }) => {
      writeFileSync(folder("backup/config/config.xml"), "<Config/>");
      const parts = [
        folder("backup/config"),
        folder("backup/databases"),
        folder("backup/excluded"),
      ];
      mkdirSync(folder("backup/databases"));
      run("python3", databases, "copy", ...parts);
      run("sh", appConfigs, "save", "radarr", "home", "7", "4", "6");
      writeFileSync(folder("password"), "another");
      assert.match(
        fails("sh", appConfigs, "save", "radarr", "home", "7", "4", "6"),
        /cannot be opened with this password/,
      );
    }));

  it("put nothing back that was not fetched", () =>
    withPod(({ folder, fails }) => {
      mkdirSync(folder("scratch/radarr"));
      writeFileSync(folder("live/config.xml"), "<Config/>");
      assert.match(fails("sh", appConfigs, "put", "radarr"), /nothing was fetched/);
      assert.equal(readFileSync(folder("live/config.xml"), "utf8"), "<Config/>");
    }));
});
