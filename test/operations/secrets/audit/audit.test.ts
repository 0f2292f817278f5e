import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { audit, type AuditOptions } from "../../../../operations/secrets/audit/audit";
import { clearValues } from "../../../../operations/secrets/audit/clearValues";
import { findKind } from "../../../../operations/secrets/audit/find";
import { commitsOf } from "../../../../operations/secrets/audit/history";
import { readSecretFile } from "../../../../operations/secrets/formats/read";
import type { SecretEntry } from "../../../../operations/secrets/formats/types";
import { looksSecret } from "../../../../operations/secrets/import/looks";
import { readMap } from "../../../../operations/secrets/import/mapFile";
import { readTrailLine, trailFile, trailLines } from "../../../../operations/secrets/trail";
import { entry, fullConfig } from "../../../support/secretEntries";
import { type FakeStore, fakeStore } from "../../../support/secretStore";

const value = (name: string) => `c4n4ry-${name}-0123456789abcdef`;
const vaulted = "$ANSIBLE_VAULT;1.1;AES256\n61626364\n";

describe("the audit of old files", () => {
  let folder = "";
  let printed = "";
  let store: FakeStore;
  /** What the files that need a key hold, by the end of their names. */
  let closed: Record<string, readonly SecretEntry[]>;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "bramble-audit-"));
    printed = "";
    closed = {};
    store = fakeStore({ radarrApiKey: value("radarr"), sonarrApiKey: value("sonarr") });
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  const put = (path: string, text: string) => {
    mkdirSync(dirname(join(folder, "old", path)), { recursive: true });
    writeFileSync(join(folder, "old", path), text);
  };
  const run = (mapText = "", more: Partial<AuditOptions> = {}) =>
    audit({
      ...{ stack: "home", config: fullConfig, store, map: readMap(mapText, "map.yaml") },
      ...{ paths: [join(folder, "old")], without: [], keys: {}, governance: folder },
      commitsOf: () => Promise.resolve(0),
      readFile: (options) => {
        const [, entries] =
          Object.entries(closed).find(([end]) => options.file.endsWith(end)) ?? [];
        if (entries !== undefined) return Promise.resolve(entries);
        return readSecretFile({ ...options, environment: {} });
      },
      print: (text) => (printed += text),
      ...more,
    });

  it("lets a file go when the stack has all that is in it", async () => {
    put("vault.yml", vaulted);
    closed = { "vault.yml": [entry("radarr_api_key", value("radarr")), entry("x", "{{ y }}")] };
    assert.equal(await run(), 0);
    assert.match(printed, /vault\.yml +Ansible Vault +may go/);
    assert.match(printed, /^1 files looked at, 1 with secrets: 1 may go$/m);
  });

  const stays: readonly (readonly [string, SecretEntry, RegExp])[] = [
    ["another value", entry("radarr_api_key", value("older")), /radarrApiKey +differs/],
    [
      "a value it has not",
      entry("lidarr_api_key", value("l")),
      /lidarrApiKey +not in the stack +import/,
    ],
    [
      "a value of nobody",
      entry("wiki_password", value("w")),
      /- +not of this stack +no known name/,
    ],
    [
      "the cluster's token",
      entry("k3s_token", value("t")),
      /- +not of this stack +.*npm run adopt/,
    ],
    ["a placeholder", entry("radarr_api_key", "CHANGEME"), /- +unclear +is a placeholder/],
  ];
  for (const [what, one, row] of stays) {
    it(`keeps a file with ${what}`, async () => {
      put("vault.yml", vaulted);
      closed = { "vault.yml": [entry("sonarr_api_key", value("sonarr")), one] };
      assert.equal(await run(), 2);
      assert.match(printed, row);
      assert.match(printed, /vault\.yml +Ansible Vault +stays +1 /);
    });
  }

  it("lets what the map ignores go only with a reason", async () => {
    put("vault.yml", vaulted);
    closed = { "vault.yml": [entry("wiki_password", value("wiki"))] };
    assert.equal(await run("wiki_password: ignore"), 2);
    assert.match(printed, /ignored without a reason +write \{ignore: <reason>\}/);
    assert.equal(await run("wiki_password: {ignore: the wiki is gone}"), 0);
    assert.match(printed, /ignored +the wiki is gone/);
    assert.equal(await run("w*: {ignore: the wiki is gone}\ntypo: radarrApiKey"), 0);
    assert.match(printed, /the map's typo matches nothing/);
  });

  it("knows a value of the stack under a strange name", async () => {
    put("vault.yml", vaulted);
    closed = { "vault.yml": [entry("dashboard_key_of_movies", value("radarr"))] };
    assert.equal(await run(), 0);
    assert.match(printed, /dashboard_key_of_movies +radarrApiKey +in the stack/);
  });

  it("names what it cannot open, and why", async () => {
    put("group_vars/all/vault.yml", vaulted);
    put("backup.age.txt", "-----BEGIN AGE ENCRYPTED FILE-----\nYWdl\n");
    put("broken.yaml", "apiVersion: v1\nkind: Secret\ndata: {{ .Values.x }}\n\t- [\n");
    assert.equal(await run(), 2);
    assert.match(printed, /group_vars\/all\/vault\.yml +Ansible Vault +stays +not opened: /);
    assert.match(printed, /backup\.age\.txt +encrypted +stays +not opened: is encrypted whole/);
    assert.match(printed, /broken\.yaml +encrypted +stays +not opened: /);
  });

  it("finds secrets by content: manifests, plain values, keys, kubeconfigs", async () => {
    const base64 = Buffer.from(value("radarr")).toString("base64");
    put(
      "k8s/secret.yaml",
      `apiVersion: v1\nkind: Secret\nmetadata: {name: radarr}\ndata: {api-key: ${base64}}\n`,
    );
    put("group_vars/all", `radarr_port: 7878\nradarr_api_key: ${value("radarr")}\n`);
    put(
      "compose.yml",
      `services: {x: {environment: ["TZ=UTC", "SONARR_API_KEY=${value("sonarr")}"]}}\n`,
    );
    put(".env", `TZ=UTC\nDB_PASSWORD=${value("db")}\n`);
    put(
      "keys/id_ed25519",
      "-----BEGIN OPENSSH PRIVATE KEY-----\nYQ==\n-----END OPENSSH PRIVATE KEY-----\n",
    );
    put("kube/config", "apiVersion: v1\nkind: Config\nclusters: []\nusers: []\n");
    put("age/keys.txt", "# created: 2026\nAGE-SECRET-KEY-1CANARY\n");
    put("README.md", "password: see the vault\n");
    put(
      "values.yaml",
      "password: '{{ vault_x }}'\nsecretName: media-secrets\nexistingSecret: media-secrets\n",
    );
    put("node_modules/x/.env", "API_TOKEN=c4n4ry-of-a-package\n");
    assert.equal(await run(), 2);
    const rows = printed.slice(printed.indexOf("WHAT IT IS")).split("\n\n")[0] ?? "";
    for (const [name, kind, verdict] of [
      ["k8s/secret.yaml", "Secret", "may go"],
      ["group_vars/all", "plain values", "may go +these values"],
      ["compose.yml", "plain values", "may go"],
      [".env", "plain values", "stays"],
      ["keys/id_ed25519", "private key", "stays"],
      ["kube/config", "kubeconfig", "stays"],
      ["age/keys.txt", "age identity", "may go +a key: it goes when nothing is left"],
    ] as const) {
      assert.match(rows, new RegExp(`${name.replace(".", "\\.")} +${kind} +${verdict}`));
    }
    assert.doesNotMatch(rows, /README|values\.yaml|node_modules/);
  });

  it("finds the stack's values in clear, in base64 and in URLs, and says which to rotate", async () => {
    store.values.set(
      "alertReceivers",
      JSON.stringify({ team: { url: "https://x.example/a b&c4n4ry" } }),
    );
    store.values.set("mediaLoginPassword", "short");
    put("notify.sh", `#!/bin/sh\n\ncurl -H 'X-Api-Key: ${value("radarr")}'\n`);
    put("header.txt", Buffer.from(`admin:${value("sonarr")}`).toString("base64"));
    put("link.md", encodeURIComponent("https://x.example/a b&c4n4ry"));
    assert.equal(await run(), 2);
    assert.match(printed, /notify\.sh +3 +radarrApiKey +in clear: rotate it/);
    assert.match(printed, /header\.txt +1 +sonarrApiKey +in clear/);
    assert.match(printed, /link\.md +1 +alertReceivers +in clear/);
    assert.match(printed, /npm run secrets -- home rotate radarrApiKey/);
    assert.match(printed, /too short to look for: mediaLoginPassword/);
    assert.match(printed, /^files that stay, with a value in clear: 3$/m);
  });

  it("looks for the private half of a key, in any indentation", () => {
    const lines = [
      "b3BlbnNzaC1rZXktdjEAAAAABG5vbmU",
      "c4n4ryPublicHalfPublicHalf",
      "c4n4ryPrivateHalfPrivate1",
      "c4n4ryPrivateHalfPrivate2",
    ];
    const key = [
      "-----BEGIN OPENSSH PRIVATE KEY-----",
      ...lines,
      "-----END OPENSSH PRIVATE KEY-----",
    ].join("\n");
    const values = new Map([["sshPrivateKey" as const, key]]);
    const found = (text: string) => clearValues([{ file: "x", text }], values).length;
    assert.equal(found(key.replaceAll("\n", "\n    ")), 1);
    assert.equal(found(Buffer.from(key).toString("base64").replace(/.{76}/g, "$&\n")), 1);
    assert.equal(found(`ssh-ed25519 ${lines[0] ?? ""}${lines[1] ?? ""}`), 0, "the public half");
  });

  it("tells what Git's history keeps", async () => {
    put("vault.yml", vaulted);
    closed = { "vault.yml": [entry("radarr_api_key", value("radarr"))] };
    const git = (...args: string[]) =>
      execFileSync("git", ["-C", join(folder, "old"), ...args], { stdio: "ignore" });
    assert.equal(await commitsOf(join(folder, "old", "vault.yml")), 0);
    git("init");
    git("add", ".");
    git("-c", "user.name=x", "-c", "user.email=x@example.org", "commit", "-m", "x");
    assert.equal(await run("", { commitsOf }), 0);
    assert.match(printed, /Git's history keeps these files.*\n +.*vault\.yml, in commits: 1\n/);
    assert.match(
      printed,
      /Rotate what was in them, once they are gone:\n +npm run secrets -- home rotate radarrApiKey/,
    );
  });

  it("changes no file, follows no link, notes which secrets it opened, and judges no test data", async () => {
    put("vault.yml", vaulted);
    put("test/secret.yml", vaulted);
    writeFileSync(join(folder, "outside.env"), "API_TOKEN=c4n4ry-outside-1234\n");
    symlinkSync(join(folder, "outside.env"), join(folder, "old", "link.env"));
    symlinkSync(folder, join(folder, "old", "loop"));
    closed = { "vault.yml": [entry("radarr_api_key", value("radarr"))] };
    assert.equal(await run("", { without: [join(folder, "old", "test")] }), 0);
    assert.equal(readFileSync(join(folder, "old", "vault.yml"), "utf8"), vaulted);
    assert.doesNotMatch(printed, /outside|link\.env|secret\.yml/);
    const [line, ...more] = trailLines(trailFile("home", folder));
    assert.equal(more.length, 0);
    const noted = readTrailLine(line ?? "", "home");
    assert.equal(noted.action, "audit");
    assert.deepEqual(
      noted.secrets.map(({ name }) => name),
      ["radarrApiKey", "sonarrApiKey"],
    );
    assert.deepEqual(store.writes, []);
    await assert.rejects(run("", { paths: [join(folder, "nowhere")] }), /nowhere: is not there/);
  });

  it("never prints any six characters of a value", async () => {
    const text = fc.string({
      minLength: 8,
      maxLength: 30,
      unit: fc.constantFrom("Q", "Z", "J", "X", "V", "#", "%", "~", "0", "8"),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(text, { minLength: 2, maxLength: 5 }), async (values) => {
        printed = "";
        put("vault.yml", vaulted);
        put("plain.txt", values.join("\n"));
        const names = ["radarr_api_key", "wiki", "sonarr_api_key", "slack_webhook", "x"];
        closed = { "vault.yml": values.map((one, at) => entry(names[at] ?? "", one)) };
        store = fakeStore({ radarrApiKey: values[0] ?? "", lidarrApiKey: values[1] ?? "" });
        await run();
        const out = printed + trailLines(trailFile("home", folder)).join("\n");
        for (const one of values) {
          for (let at = 0; at + 6 <= one.length; at += 1) {
            assert.ok(!out.includes(one.slice(at, at + 6)), "six characters of a value");
          }
        }
      }),
      { numRuns: 30 },
    );
  });
});

describe("what looks like a secret", () => {
  it("goes by key and form", () => {
    const looks = (path: string, text: string) => looksSecret(entry(path, text));
    for (const [path, text] of [
      ...[
        ["db_password", "hunter22"],
        ["apiToken", "abc123DEF"],
        ["x/0", "-----BEGIN RSA PRIVATE KEY-----"],
      ],
      ...[
        ["env/SLACK_WEBHOOK", "https://x.example/T0/B0"],
        ["basic/pass", "letmein1"],
      ],
    ] as const) {
      assert.ok(looks(path, text), path);
    }
    for (const [path, text] of [
      ...[
        ["minipass", "^7.1.2"],
        ["secretName", "abc123DEF"],
        ["token", "{{ vault_token }}"],
      ],
      ...[
        ["privateKey", "~/.ssh/id_ed25519"],
        ["existingSecret", "media-secrets"],
        ["token", "true"],
      ],
      ...[
        ["password", "The password of the page"],
        ["password", "changeme"],
        ["tokens", "1000"],
        ["measured/grafanaPassword", "2026-11-21T23:16:52Z"],
      ],
    ] as const) {
      assert.ok(!looks(path, text), path);
    }
  });

  it("leaves the stacks' own files to Pulumi", () => {
    const text = "config:\n  bramble:radarrApiKey:\n    secure: v1:x\n";
    assert.equal(findKind("home/Pulumi.home.yaml", text), undefined);
    assert.equal(findKind("home/Pulumi.home-2.v1.yaml", text), undefined);
  });
});
