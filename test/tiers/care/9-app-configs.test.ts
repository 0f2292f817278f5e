import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
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
  this.timeout(180_000);

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

  it("save an app that has no database, open nothing with another password, and do not begin a second repository", () =>
    withPod(({ folder, run, fails }) => {
      writeFileSync(folder("backup/config/config.xml"), "<Config/>");
      const parts = [
        folder("backup/config"),
        folder("backup/databases"),
        folder("backup/excluded"),
      ];
      run("python3", databases, "copy", ...parts);
      run("sh", appConfigs, "save", "radarr", "home", "7", "4", "6");
      writeFileSync(folder("password"), "another");
      assert.match(
        fails("sh", appConfigs, "save", "radarr", "home", "7", "4", "6"),
        /cannot be opened with this password/,
      );
    }));

  describe("when the password was replaced", () => {
    type Pod = Parameters<Parameters<typeof withPod>[0]>[0];
    // Another app: of one app a day's newest copy alone is kept.
    const save = ["save", "sonarr", "home", "7", "4", "6"];

    /** A repository with a copy from before, and the job's files from after. */
    function withNewPassword(act: (pod: Pod) => void | Promise<void>): Promise<void> {
      return withPod((pod) => {
        const { folder, run } = pod;
        writeFileSync(folder("backup/config/config.xml"), "<Before/>");
        mkdirSync(folder("backup/databases"), { recursive: true });
        writeFileSync(folder("backup/excluded"), "");
        run("sh", appConfigs, "save", "radarr", ...save.slice(2));
        writeFileSync(folder("backup/config/config.xml"), "<After/>");
        renameSync(folder("password"), folder("former-1"));
        writeFileSync(folder("password"), "battery staple");
        return act(pod);
      });
    }

    function opens({ folder, run, fails }: Pod, name: string, wanted: boolean): void {
      const ask = wanted ? run : fails;
      ask("restic", "--password-file", folder(name), "--no-lock", "cat", "config");
    }

    /** The new password alone opens the repository, and with it the copy from before. */
    function assertRenewed(pod: Pod, copies: number): void {
      const { folder, run } = pod;
      opens(pod, "former-1", false);
      const keys = JSON.parse(run("restic", "key", "list", "--json")) as unknown[];
      assert.equal(keys.length, 1);
      const all = JSON.parse(run("restic", "snapshots", "--json")) as { id: string }[];
      // Releases of restic differ in which copies of one day they keep.
      assert.ok(all.length >= copies, `${String(all.length)} copies`);
      run("sh", appConfigs, "fetch", "home", all[0]?.id ?? "", "radarr");
      assert.equal(readFileSync(folder("scratch/radarr/config.xml"), "utf8"), "<Before/>");
    }

    it("give it to the repository, take the former one away, and touch it no more", () =>
      withNewPassword((pod) => {
        const { folder, run } = pod;
        assert.match(run("sh", appConfigs, ...save), /opens with its new password/);
        const keys = readdirSync(join(folder("repository/app-configs/home"), "keys"));
        assert.doesNotMatch(run("sh", appConfigs, "upkeep"), /password/);
        assert.deepEqual(readdirSync(join(folder("repository/app-configs/home"), "keys")), keys);
        // Whichever of them the repository knew last: no job may have run in between.
        renameSync(folder("password"), folder("former-2"));
        renameSync(folder("former-1"), folder("former-0"));
        writeFileSync(folder("former-3"), "nobody used this one");
        writeFileSync(folder("password"), "stapled horse");
        run("sh", appConfigs, "upkeep");
        opens(pod, "former-2", false);
        renameSync(folder("former-0"), folder("former-1"));
        assertRenewed(pod, 2);
      }));

    for (const step of ["key add", "key remove"]) {
      it(`go on where a job was killed after '${step}'`, () =>
        withNewPassword((pod) => {
          const { folder, run } = pod;
          const program = run("sh", "-c", "command -v restic").trim();
          mkdirSync(folder("bin"));
          const killing = [
            ...["#!/bin/sh", `"${program}" "$@"`, "code=$?"],
            `case "$*" in *'${step}'*) kill -9 $PPID ;; esac`,
            "exit $code",
          ];
          writeFileSync(folder("bin/restic"), killing.join("\n"), { mode: 0o755 });
          const path = `PATH=${folder("bin")}:$PATH exec sh ${appConfigs} ${save.join(" ")}`;
          pod.fails("sh", "-c", path);
          opens(pod, "password", true);
          opens(pod, "former-1", step !== "key remove");
          run("sh", appConfigs, ...save);
          assertRenewed(pod, 2);
        }));
    }

    it("read with the former one what nothing was written to since", () =>
      withNewPassword((pod) => {
        const { folder, run } = pod;
        run("sh", appConfigs, "fetch", "home", "latest", "radarr");
        assert.equal(readFileSync(folder("scratch/radarr/config.xml"), "utf8"), "<Before/>");
        opens(pod, "password", false);
      }));

    it("take no password away while another job is at work with it", () =>
      withNewPassword(async (pod) => {
        const { folder, run, fails } = pod;
        const other = spawn("restic", ["backup", "--stdin", "--quiet"], {
          env: {
            ...process.env,
            RESTIC_REPOSITORY: folder("repository/app-configs/home"),
            RESTIC_PASSWORD_FILE: folder("former-1"),
            RESTIC_CACHE_DIR: folder("cache"),
          },
        });
        try {
          const locks = join(folder("repository/app-configs/home"), "locks");
          while (readdirSync(locks).length === 0) await sleep(50);
          assert.match(fails("sh", appConfigs, ...save), /already locked/);
          opens(pod, "password", true);
          opens(pod, "former-1", true);
          assert.match(fails("sh", appConfigs, "upkeep"), /a former password still opens/);
          other.stdin.end("a copy of another job");
          await once(other, "exit");
          assert.equal(other.exitCode, 0);
        } finally {
          other.kill("SIGKILL");
        }
        run("sh", appConfigs, ...save);
        assertRenewed(pod, 3);
      }));
  });

  it("put nothing back that was not fetched", () =>
    withPod(({ folder, fails }) => {
      mkdirSync(folder("scratch/radarr"));
      writeFileSync(folder("live/config.xml"), "<Config/>");
      assert.match(fails("sh", appConfigs, "put", "radarr"), /nothing was fetched/);
      assert.equal(readFileSync(folder("live/config.xml"), "utf8"), "<Config/>");
    }));
});
