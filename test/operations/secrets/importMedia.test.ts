import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseConfig } from "../../../config/parse";
import { importMedia } from "../../../operations/secrets/importMedia";
import { clusterSource, folderSource, type KeySource } from "../../../operations/secrets/sources";
import { configStore } from "../../../operations/secrets/store";
import { secretsEntry, trailFile, trailLines } from "../../../operations/secrets/trail";
import { type FakeStore, fakeStore } from "../../support/secretStore";

const key = (name: string) => `${name}0123456789abcdef0123456789abcdef`.slice(0, 32);
const keys = ["prowlarr", "radarr", "sonarr", "lidarr", "sabnzbd", "overseerr"].map(key);

const configXml = (name: string) =>
  `<Config>\n  <Port>1</Port>\n  <ApiKey>${key(name)}</ApiKey>\n</Config>\n`;

const files: Readonly<Record<string, string>> = {
  "Prowlarr/config.xml": configXml("prowlarr"),
  "appdata/radarr/config.xml": configXml("radarr"),
  "sonarr/config/config.xml": configXml("sonarr"),
  "lidarr/config.xml": configXml("lidarr"),
  "sabnzbd/sabnzbd.ini": `__version__ = 19\n[misc]\nnzb_key = no\napi_key = ${key("sabnzbd")}\n[servers]\n[[x]]\napi_key = ${key("wrong")}\n`,
  "overseerr/settings.json": JSON.stringify({ main: { apiKey: key("overseerr") } }),
};

const { draft: config } = parseConfig({
  cluster: { name: "home", source: "existing", kubeconfigPath: "~/.kube/config" },
});
assert.ok(config);

describe("import of the media apps' keys", () => {
  let folder = "";
  let printed = "";
  let store: FakeStore;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "bramble-import-"));
    printed = "";
    store = fakeStore();
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  const put = (path: string, text: string) => {
    mkdirSync(join(folder, path, ".."), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  const putAll = () => {
    for (const [path, text] of Object.entries(files)) put(`copies/${path}`, text);
  };
  const run = (source: KeySource, more: { dryRun?: boolean; overwrite?: boolean } = {}) =>
    importMedia({
      ...{ stack: "home", config, source, store, dryRun: false, overwrite: false, ...more },
      partial: false,
      print: (text) => (printed += text),
      governance: join(folder, "governance"),
    });
  const copies = () => folderSource(join(folder, "copies"));
  const trail = () => readFileSync(join(folder, "governance", "home", "secrets.jsonl"), "utf8");

  it("takes every key from copies of the config folders, and writes nothing the second time", async () => {
    putAll();
    assert.equal(await run(copies()), 0);
    const imported = [...store.values].filter(([name]) => name !== "trailKey");
    assert.deepEqual(imported.map(([, value]) => value).sort(), [...keys].sort());
    assert.equal(store.values.get("sabnzbdApiKey"), key("sabnzbd"), "its own key, not a server's");
    const entries = trailLines(trailFile("home", join(folder, "governance"))).map((line) =>
      secretsEntry.parse(JSON.parse(line)),
    );
    const noted = entries.flatMap(({ secrets }) => secrets.map(({ name }) => name));
    assert.deepEqual(noted, store.writes, "one line each, as it was written");

    store.writes.length = 0;
    const before = trail();
    assert.equal(await run(copies()), 0);
    assert.deepEqual(store.writes, []);
    assert.equal(trail(), before, "no further line");
  });

  it("shows and records names, never a value", async () => {
    putAll();
    await run(copies());
    await run(copies(), { dryRun: true });
    for (const value of keys) {
      assert.ok(!printed.includes(value));
      assert.ok(!trail().includes(value));
    }
    assert.match(printed, /radarr +radarrApiKey +written/);
    assert.match(printed, /qbittorrent +- +not imported +its file holds a hash/);
  });

  it("writes nothing when it is only to say what it would do", async () => {
    putAll();
    assert.equal(await run(copies(), { dryRun: true }), 0);
    assert.deepEqual(store.writes, []);
    assert.match(printed, /would write/);
  });

  it("keeps a value that the stack has, unless it is told otherwise", async () => {
    putAll();
    store.values.set("radarrApiKey", key("older"));
    await run(copies());
    assert.equal(store.values.get("radarrApiKey"), key("older"));
    assert.match(printed, /radarr +radarrApiKey +differs +the stack has another value/);
    await run(copies(), { overwrite: true });
    assert.equal(store.values.get("radarrApiKey"), key("radarr"));
  });

  it("refuses what is no key, and asks which of two copies it shall be", async () => {
    put("copies/radarr/config.xml", "<Config><ApiKey>${KEY}</ApiKey></Config>");
    put("copies/sonarr/config.xml", configXml("sonarr"));
    put("copies/sonarr-old/config.xml", configXml("older"));
    assert.equal(await run(copies()), 1);
    assert.deepEqual(store.writes, []);
    assert.match(printed, /radarrApiKey +refused/);
    assert.match(printed, /2 copies: leave one of/);
  });

  it("fails when nothing was found, and when the folder is not there", async () => {
    mkdirSync(join(folder, "copies"));
    assert.equal(await run(copies()), 1);
    assert.throws(() => folderSource(join(folder, "nowhere")), /is not there/);
  });

  it("fails when the store does not hold what it was given", async () => {
    putAll();
    store = { ...store, set: () => Promise.resolve() };
    assert.equal(await run(copies()), 1);
    assert.match(printed, /prowlarrApiKey +failed +what was read back is not what was written/);
    assert.match(printed, /radarrApiKey +held back +prowlarrApiKey failed before it/);
  });

  it("reads running pods, whatever labels they have", async () => {
    const pods = [
      ["radarr-5d9f-x", { "app.kubernetes.io/name": "radarr" }],
      ["media-sab", { app: "sabnzbd" }],
      ["overseerr-0", {}],
    ].map(([name, labels]) => ({ metadata: { name, labels }, status: { phase: "Running" } }));
    const asked: string[] = [];
    const source = clusterSource((args) => {
      if (args[0] === "get") return Promise.resolve(JSON.stringify({ items: pods }));
      const [, pod = ""] = args;
      const path = args.at(-1) ?? "";
      asked.push(`${pod} ${path}`);
      const found: Record<string, string | undefined> = {
        "radarr-5d9f-x /config/config.xml": configXml("radarr"),
        "media-sab /config/sabnzbd.ini": files["sabnzbd/sabnzbd.ini"],
        "overseerr-0 /config/settings.json": files["overseerr/settings.json"],
      };
      const text = found[`${pod} ${path}`];
      return text === undefined
        ? Promise.reject(new Error("cat: no such file"))
        : Promise.resolve(text);
    }, "media");
    assert.equal(await run(source), 0);
    assert.deepEqual([...store.values.keys()].sort(), [
      "overseerrApiKey",
      "radarrApiKey",
      "sabnzbdApiKey",
      "trailKey",
    ]);
    assert.match(printed, /sonarr +sonarrApiKey +missing +no running pod of sonarr in media/);
    assert.ok(asked.includes("overseerr-0 /app/config/settings.json"), "Seerr's place comes first");
  });

  it("hands a value to the CLI on its standard input, never as an argument", async () => {
    const program = join(folder, "pulumi");
    const log = join(folder, "log");
    writeFileSync(
      program,
      [
        "#!/bin/sh",
        `echo "$@" >>"${log}"`,
        'if [ "$2" = set ]; then cat >"$0.value"; exit 0; fi',
        `if [ "$2" = get ]; then cat "$0.value"; exit 0; fi`,
        `echo '{"bramble:radarrApiKey":{"secret":true}}'`,
        "",
      ].join("\n"),
    );
    chmodSync(program, 0o755);
    const before = process.env["BRAMBLE_ENGINE"];
    process.env["BRAMBLE_ENGINE"] = program;
    try {
      const real = configStore("home", folder);
      await real.set("radarrApiKey", key("radarr"));
      assert.equal(await real.get("radarrApiKey"), key("radarr"));
      assert.equal(await real.get("sonarrApiKey"), undefined);
    } finally {
      if (before === undefined) delete process.env["BRAMBLE_ENGINE"];
      else process.env["BRAMBLE_ENGINE"] = before;
    }
    const lines = readFileSync(log, "utf8");
    assert.match(lines, /^config set --secret radarrApiKey --stack home --non-interactive$/m);
    assert.ok(!lines.includes(key("radarr")));
  });
});
