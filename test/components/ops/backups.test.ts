import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { excludedPatterns } from "../../../components/ops/backups/excluded";
import {
  renderBackup,
  renderConfigMap,
  renderExport,
  renderNetworkPolicy,
  renderRestore,
  renderServiceAccount,
  renderVerify,
} from "../../../components/ops/backups/render";
import { repositoryAt } from "../../../components/ops/backups/repository";
import type { AppBackupSettings } from "../../../components/ops/backups/settings";
import { configSchema } from "../../../config/schema";
import { appBackupSettings } from "../../../stacks/appBackups";
import { matchesGoldenYaml } from "../../support/golden";
import { withFolder } from "../../support/folders";
import { ownCluster } from "../../support/program";

const s3 = { endpoint: "https://s3.example.org", bucket: "bramble", prefix: "home" };
const ssh = {
  host: "nas.lan",
  port: 2222,
  user: "copies",
  path: "/copies",
  hostKey:
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEur7YM/B0qGzLR1adv/wG0luKPtG8OFi/Enp394tz0b me@nas",
};
const nfs = { server: "nas.lan", path: "/export/copies" };

function settingsFor(ops: object, more: object = {}): AppBackupSettings | undefined {
  return appBackupSettings(
    configSchema.parse({ ...ownCluster, ops: { appBackups: ops }, ...more }),
  );
}

function wanted(ops: object, more?: object): AppBackupSettings {
  return settingsFor(ops, more) ?? assert.fail("no copies");
}

describe("copies of the apps' configurations", () => {
  it("are made by the reviewed objects", () => {
    const settings = wanted({ ssh });
    const [prowlarr] = settings.apps;
    assert.ok(prowlarr);
    matchesGoldenYaml("ops/app-backups.yaml", [
      renderServiceAccount(settings),
      renderNetworkPolicy(settings),
      renderBackup(settings, prowlarr, 0),
      renderVerify(settings),
      renderRestore(settings, "prowlarr", "latest", "restore-prowlarr"),
    ]);
    matchesGoldenYaml("ops/app-backups-export.yaml", renderExport(wanted({ nfs })));
  });

  it("go nowhere unless a place is named, here or for snapshots", () => {
    assert.equal(settingsFor({}), undefined);
    assert.equal(settingsFor({ nfs, enabled: false }), undefined);
    assert.equal(settingsFor({ nfs }, { media: { enabled: false } }), undefined);
    const k3s = { ...ownCluster.k3s, snapshots: { offHost: { nfs } } };
    assert.equal(wanted({}, { k3s }).repository.nfs?.server, "nas.lan");
    assert.ok(wanted({ s3 }, { k3s }).repository.location.startsWith("s3:"), "the nearer one wins");
  });

  it("lie in a repository of the cluster's own", () => {
    assert.equal(
      repositoryAt({ kind: "s3", region: "eu-1", pathStyle: true, ...s3 }, "home").location,
      "s3:https://s3.example.org/bramble/home/app-configs/home",
    );
    const bySsh = repositoryAt({ kind: "ssh", ...ssh }, "home");
    assert.equal(bySsh.location, "sftp:copies:/copies/app-configs/home");
    assert.match(bySsh.ssh?.config ?? "", /Port 2222\n/);
    assert.match(bySsh.ssh?.config ?? "", /StrictHostKeyChecking yes/);
    assert.match(bySsh.ssh?.knownHosts ?? "", /^copies ssh-ed25519 \S+\n$/);
  });

  it("are made beside the app, since locks in shared memory end at the node", () => {
    const settings = wanted({ s3 });
    settings.apps.forEach((app, index) => {
      const { spec } = renderBackup(settings, app, index).spec.jobTemplate.spec.template;
      const [rule] = spec.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution;
      assert.equal(rule?.labelSelector.matchLabels["app.kubernetes.io/name"], app.row.name);
    });
  });

  it("follow one another, so that none waits for another's lock", () => {
    const settings = wanted({ s3, hour: 23 });
    const times = settings.apps.map(
      (app, index) => renderBackup(settings, app, index).spec.schedule,
    );
    assert.deepEqual(times.slice(0, 2), ["0 23 * * *", "5 23 * * *"]);
    assert.equal(new Set(times).size, settings.apps.length);
    assert.equal(renderVerify(settings).spec.schedule, "40 0 * * 0");
  });

  it("tell no secret: it stays behind references", () => {
    const settings = wanted({ s3 });
    const [app] = settings.apps;
    assert.ok(app);
    const text = JSON.stringify(renderBackup(settings, app, 0));
    assert.match(
      text,
      /"AWS_SECRET_ACCESS_KEY","valueFrom":\{"secretKeyRef":\{"name":"app-backups"/,
    );
    assert.match(text, /"RESTIC_PASSWORD_FILE","value":"\/secrets\/password"/);
    assert.doesNotMatch(text, /"(RESTIC_PASSWORD|AWS_[A-Z_]*KEY[A-Z_]*)","value":/);
    assert.doesNotMatch(JSON.stringify(renderConfigMap(settings)), /PRIVATE KEY/);
  });

  it("may call the store and nothing else", () => {
    const [dns, store, ...more] = renderNetworkPolicy(wanted({ ssh })).spec.egress;
    assert.ok(dns);
    assert.deepEqual(store, { ports: [{ port: 2222, protocol: "TCP" }] });
    assert.equal(more.length, 0);
    assert.deepEqual(renderNetworkPolicy(wanted({ nfs })).spec.egress, []);
  });
});

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

  it("are clean to shellcheck", function () {
    if (!present("shellcheck")) {
      console.log("      skipped: shellcheck is not installed");
      this.skip();
    }
    const { stdout, status } = spawnSync("shellcheck", [appConfigs], { encoding: "utf8" });
    assert.equal(status, 0, stdout);
  });
});
