import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { iniValue, setIniValues } from "../../../../components/workload/wiring/ini.ts";
import { prepare } from "../../../../components/workload/wiring/prepare.ts";
import {
  isQbittorrentHash,
  qbittorrentHash,
} from "../../../../components/workload/wiring/settingsFiles.ts";
import { wiringScripts } from "../../../../components/workload/wiringScripts";
import { wiringSpec } from "../../../../components/workload/wiringSpec";
import { mediaConfig } from "../../../support/media";

const spec = wiringSpec(mediaConfig());

describe("settings files of the apps", () => {
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "bramble-prepare-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });
  const file = (name: string) => join(folder, name);
  const text = (name: string) => readFileSync(file(name), "utf8");

  describe("SABnzbd", () => {
    it("has key, host names and folders on the shared mount from its first start", () => {
      assert.equal(prepare("sabnzbd", folder, spec, "c0ffee"), "sabnzbd: made sabnzbd.ini");
      const value = (key: string) => iniValue(text("sabnzbd.ini"), "misc", key);
      assert.equal(value("api_key"), "c0ffee");
      assert.equal(value("complete_dir"), "/data/usenet/complete");
      assert.equal(value("download_dir"), "/data/usenet/incomplete");
      assert.match(
        value("host_whitelist") ?? "",
        /^sabnzbd, .*sabnzbd\.media\.svc, .*10\.69\.1\.161,$/,
      );
      assert.equal(statSync(file("sabnzbd.ini")).mode & 0o777, 0o600);
    });

    it("keeps every line that is not its key, an account of Usenet above all", () => {
      const before = [
        "__version__ = 19",
        "[misc]",
        "api_key = old",
        "complete_dir = /data/my/own",
        "download_dir = Downloads/incomplete",
        'host_whitelist = nas, "sab.example.org",',
        "[servers]",
        "[[news.example.org]]",
        "api_key = not-this-one",
        "password = hunter2",
        "",
      ];
      writeFileSync(file("sabnzbd.ini"), before.join("\n"));
      assert.equal(prepare("sabnzbd", folder, spec, "new"), "sabnzbd: updated sabnzbd.ini");
      const after = text("sabnzbd.ini").split("\n");
      assert.deepEqual(
        after.map((line, index) => (line === before[index] ? "same" : line)),
        [
          ...["same", "same", "api_key = new", "same", "download_dir = /data/usenet/incomplete"],
          after[5],
          ...["same", "same", "same", "same", "same"],
        ],
      );
      assert.match(after[5] ?? "", /^host_whitelist = nas, sab\.example\.org, sabnzbd, /);
      assert.equal(prepare("sabnzbd", folder, spec, "new"), "sabnzbd: sabnzbd.ini is as declared");
    });
  });

  describe("qBittorrent", () => {
    it("has the password's hash, as its own code verifies it", () => {
      prepare("qbittorrent", folder, spec, "pass word");
      const conf = text("qBittorrent/qBittorrent.conf");
      const stored = iniValue(conf, "Preferences", "WebUI\\Password_PBKDF2") ?? "";
      // 16 bytes of salt and 64 of hash, base64.
      assert.match(stored, /^"@ByteArray\([\w+/]{22}==:[\w+/]{86}==\)"$/);
      assert.ok(isQbittorrentHash(stored, "pass word"));
      assert.ok(!isQbittorrentHash(stored, "password"));
      assert.equal(iniValue(conf, "LegalNotice", "Accepted"), "true");
      assert.equal(iniValue(conf, "BitTorrent", "Session\\DefaultSavePath"), "/data/torrents");
    });

    it("hashes by PBKDF2 with SHA-512 and 100000 rounds", () => {
      // The example of qBittorrent's own documentation for its first password, adminadmin.
      const stored =
        '"@ByteArray(ARQ77eY1NUZaQsuDHbIMCA==:0WMRkYTUWVT9wVvdDtHAjU9b3b7uB8NR1Gur2hmQCvCDpm39Q+PsJRJPaCU51dEiz+dTzh8qbPsL8WkFljQYFQ==)"';
      assert.ok(isQbittorrentHash(stored, "adminadmin"));
      const salt = Buffer.from("ARQ77eY1NUZaQsuDHbIMCA==", "base64");
      assert.equal(qbittorrentHash("adminadmin", salt), stored);
    });

    it("keeps a hash that fits, salt and all, and changes one that does not", () => {
      prepare("qbittorrent", folder, spec, "first");
      const before = text("qBittorrent/qBittorrent.conf");
      assert.match(prepare("qbittorrent", folder, spec, "first"), /is as declared$/);
      assert.equal(text("qBittorrent/qBittorrent.conf"), before);
      assert.match(prepare("qbittorrent", folder, spec, "second"), /updated/);
      const changed = text("qBittorrent/qBittorrent.conf").split("\n");
      assert.equal(before.split("\n").filter((line) => !changed.includes(line)).length, 1);
    });
  });

  describe("Overseerr", () => {
    it("has its key, and keeps all its settings", () => {
      const settings = {
        clientId: "x",
        main: { apiKey: "old", locale: "de" },
        radarr: [{ id: 0 }],
      };
      writeFileSync(file("settings.json"), JSON.stringify(settings));
      prepare("overseerr", folder, spec, "new");
      assert.deepEqual(JSON.parse(text("settings.json")), {
        ...settings,
        main: { apiKey: "new", locale: "de" },
      });
      assert.match(prepare("overseerr", folder, spec, "new"), /is as declared$/);
    });

    it("refuses to write over a broken file", () => {
      writeFileSync(file("settings.json"), '{"main":');
      assert.throws(() => prepare("overseerr", folder, spec, "new"), /is no JSON: mend it/);
      assert.equal(text("settings.json"), '{"main":');
    });
  });

  it("refuses an empty secret: an app without a key would be open", () => {
    assert.throws(() => prepare("sabnzbd", folder, spec, ""), /the Secret lacks it/);
  });

  it("adds a section that is missing, and leaves a nested one alone", () => {
    assert.equal(setIniValues("", "misc", { a: "1" }), "[misc]\na = 1\n");
    assert.equal(
      setIniValues("[x]\n[[y]]\na = 2\n", "x", { a: "1" }),
      "[x]\na = 1\n[[y]]\na = 2\n",
    );
  });

  it("runs as the pod runs it, from a folder of links, on a Node that strips types", function () {
    const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
    if (major < 22 || (major === 22 && minor < 18)) {
      console.log(`      skipped: Node ${process.versions.node} does not strip types by itself`);
      this.skip();
    }
    // A ConfigMap's files are links into a folder with a name of its own.
    const data = file("..data");
    mkdirSync(data);
    for (const [name, content] of Object.entries(wiringScripts())) {
      writeFileSync(join(data, name), content);
      execFileSync("ln", ["-s", join("..data", name), file(name)]);
    }
    writeFileSync(file("wiring.json"), JSON.stringify({ ...spec, apps: {}, mediaPath: folder }));
    const none = { ...spec, libraries: [], downloads: [], apps: {} };
    writeFileSync(file("wiring.json"), JSON.stringify(none));
    const ran = spawnSync(process.execPath, [file("main.ts"), folder], { encoding: "utf8" });
    assert.equal(ran.stdout, "wiring: 0 failed, 0 wait for a person\n");
    assert.equal(ran.stderr, "");
  });
});
