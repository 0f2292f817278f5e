import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import type { SecretEntry } from "../../../../operations/secrets/formats/types";
import {
  importSecrets,
  type ImportOptions,
} from "../../../../operations/secrets/import/importSecrets";
import { readMap } from "../../../../operations/secrets/import/mapFile";
import { readTrailLine, trailFile, trailLines } from "../../../../operations/secrets/trail";
import { entry, fullConfig } from "../../../support/secretEntries";
import { type FakeStore, fakeStore } from "../../../support/secretStore";

const value = (name: string) => `c4n4ry-${name}-0123456789abcdef`;

const vault: readonly SecretEntry[] = [
  entry("vault_radarr_api_key", value("radarr")),
  entry("vault_sonarr_api_key", `${value("sonarr")}\n`),
  entry("vault_slack_webhook", "https://hooks.example.org/c4n4ry-slack"),
  entry("vault_ntfy_url", "https://ntfy.example.org/c4n4ry-topic"),
  entry("vault_ntfy_token", value("ntfy")),
  entry("vault_wiki_password", value("wiki")),
  entry("vault_plex_claim", value("claim")),
  entry("vault_lidarr_api_key", "{{ other_lidarr_key }}"),
  entry("default/regcred/.dockerconfigjson", dockerJson("ghcr.io", "me", value("ghcr")), {
    ...{ file: "regcred.yaml", format: "kubernetes-secret" },
  }),
];

function dockerJson(registry: string, user: string, password: string): string {
  const auth = Buffer.from(`${user}:${password}`).toString("base64");
  return JSON.stringify({ auths: { [registry]: { auth } } });
}

describe("import of secrets", () => {
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

  const run = (
    entries: readonly SecretEntry[],
    more: Partial<ImportOptions> & { mapText?: string } = {},
  ) => {
    const { mapText = "", ...rest } = more;
    return importSecrets({
      ...{ stack: "home", config: fullConfig, store, map: readMap(mapText, "map.yaml") },
      read: { entries, source: "vault.yml", fromCluster: false, unread: [] },
      ...{ dryRun: false, overwrite: false, partial: false, governance: folder },
      print: (text) => (printed += text),
      ...rest,
    });
  };
  const trail = () =>
    trailLines(trailFile("home", folder)).map((line) => readTrailLine(line, "home"));

  it("writes what it knows, each value whole, and names what is not of this stack", async () => {
    assert.equal(await run(vault), 0);
    assert.equal(store.values.get("radarrApiKey"), value("radarr"));
    assert.equal(store.values.get("sonarrApiKey"), value("sonarr"), "without the line end");
    assert.deepEqual(JSON.parse(store.values.get("alertReceivers") ?? ""), {
      team: { url: "https://hooks.example.org/c4n4ry-slack" },
      phone: { url: "https://ntfy.example.org/c4n4ry-topic", token: value("ntfy") },
    });
    assert.deepEqual(JSON.parse(store.values.get("registryCredentials") ?? ""), {
      "ghcr.io": { username: "me", password: value("ghcr") },
    });
    assert.deepEqual(store.writes, [
      "radarrApiKey",
      "sonarrApiKey",
      "alertReceivers",
      "registryCredentials",
    ]);
    assert.match(printed, /vault_radarr_api_key +radarrApiKey +written/);
    assert.match(printed, /vault_wiki_password +- +not mapped +not of this stack: no known name/);
    assert.match(printed, /vault_plex_claim +- +ignored +a claim token lives/);
    assert.match(printed, /vault_lidarr_api_key +- +ignored +names another value/);
    assert.match(printed, /^7 written, 1 not mapped, 2 ignored$/m);
    const noted = trail().map(({ action, outcome, secrets: [one] }) => [
      action,
      outcome,
      one?.name,
    ]);
    assert.deepEqual(
      noted,
      store.writes.map((name) => ["import", "done", name]),
    );
  });

  it("writes nothing the second time, and nothing when it is only to say what it would do", async () => {
    assert.equal(await run(vault, { dryRun: true }), 0);
    assert.match(printed, /vault_radarr_api_key +radarrApiKey +would write/);
    assert.deepEqual([...store.values], []);
    assert.deepEqual(trail(), []);
    await run(vault);
    store.writes.length = 0;
    const lines = trail().length;
    printed = "";
    assert.equal(await run(vault), 0);
    assert.deepEqual(store.writes, []);
    assert.equal(trail().length, lines);
    assert.doesNotMatch(printed, /written|would write/);
  });

  it("keeps what the stack has, part by part, unless it is told otherwise", async () => {
    store = fakeStore({
      radarrApiKey: value("older"),
      alertReceivers: JSON.stringify({
        team: { url: "https://hooks.example.org/older" },
        phone: { token: value("ntfy") },
      }),
    });
    assert.equal(await run(vault), 0);
    assert.equal(store.values.get("radarrApiKey"), value("older"));
    assert.match(
      printed,
      /vault_radarr_api_key +radarrApiKey +differs +the stack has another value/,
    );
    assert.deepEqual(JSON.parse(store.values.get("alertReceivers") ?? ""), {
      team: { url: "https://hooks.example.org/older" },
      phone: { token: value("ntfy"), url: "https://ntfy.example.org/c4n4ry-topic" },
    });
    await run(vault, { overwrite: true });
    assert.equal(store.values.get("radarrApiKey"), value("radarr"));
    assert.match(store.values.get("alertReceivers") ?? "", /c4n4ry-slack/);
  });

  it("keeps what the stack has in clear text, and encrypts it where it is the same", async () => {
    store = fakeStore();
    store.clear.set("radarrApiKey", value("by hand"));
    assert.equal(await run(vault), 0);
    assert.match(printed, /radarrApiKey +differs +the stack has another value, in clear text/);
    assert.equal(store.values.has("radarrApiKey"), false);
    store.clear.set("radarrApiKey", value("radarr"));
    await run(vault);
    assert.match(printed, /radarrApiKey +written/);
    assert.equal(store.values.get("radarrApiKey"), value("radarr"));
  });

  it("refuses two values for one secret, and then writes nothing at all", async () => {
    const other = entry("radarr/api_key", value("other"), { file: "old/secrets.yaml" });
    assert.equal(await run([...vault, other]), 1);
    assert.deepEqual(store.writes, []);
    assert.match(
      printed,
      /vault\.yml +vault_radarr_api_key +- +refused +radarrApiKey: another value of it in old\/secrets\.yaml: radarr\/api_key/,
    );
    assert.match(printed, /old\/secrets\.yaml +radarr\/api_key +- +refused/);
    assert.match(printed, /vault_sonarr_api_key +sonarrApiKey +held back/);
    assert.equal(await run([...vault, other], { partial: true }), 1);
    assert.ok(store.values.has("sonarrApiKey") && !store.values.has("radarrApiKey"));
    const mapText = "old/**#radarr/*: {ignore: of the old cluster}\n";
    assert.equal(await run([...vault, other], { mapText }), 0);
    assert.equal(store.values.get("radarrApiKey"), value("radarr"));
  });

  it("takes the same value from two places", async () => {
    assert.equal(
      await run([entry("radarr_api_key", value("x")), entry("RADARR_API_KEY", value("x"))]),
      0,
    );
    assert.deepEqual(store.writes, ["radarrApiKey"]);
  });

  it("refuses placeholders, bytes, what is still encrypted and what has not the form", async () => {
    const wrong: readonly (readonly [SecretEntry, RegExp])[] = [
      [entry("radarr_api_key", "CHANGE_ME"), /is a placeholder/],
      [entry("radarr_api_key", "<radarr key>"), /is a placeholder/],
      [entry("radarr_api_key", "AAECAw==", { encoding: "base64" }), /is bytes, not text/],
      [entry("radarr_api_key", "ENC[AES256_GCM,data:Zm9v,iv:"), /is still encrypted/],
      [entry("radarr_api_key", "$ANSIBLE_VAULT;1.1;AES256\n6162"), /is still encrypted/],
      [entry("radarr_api_key", "   "), /is empty/],
      [entry("healthchecks_url", "not a URL"), /is no http\(s\) URL/],
      [entry("slack_webhook", "ftp://x"), /"url" of the receiver team that is no http/],
      [entry("alertReceivers", "no JSON"), /is not JSON as alertReceivers has it/],
      [entry("ghcr_token", value("ghcr")), /is not JSON of the form/],
    ];
    for (const [one, why] of wrong) {
      printed = "";
      assert.equal(await run([one, entry("sonarr_api_key", value("sonarr"))]), 1, one.path.join());
      assert.match(printed, why);
      assert.deepEqual(store.writes, [], one.path.join());
    }
  });

  it("goes on where it was cut off", async () => {
    let left = 2;
    const broken: FakeStore = {
      ...store,
      set: (name, text) =>
        name !== "trailKey" && left-- <= 0
          ? Promise.reject(new Error(`pulumi config set: could not write ${text}`))
          : store.set(name, text),
    };
    assert.equal(await run(vault, { store: broken }), 1);
    assert.deepEqual(store.writes, ["radarrApiKey", "sonarrApiKey"]);
    assert.match(
      printed,
      /alertReceivers\/team\/url +failed +pulumi config set: could not write …/,
    );
    assert.match(
      printed,
      /registryCredentials\/ghcr\.io\/password +held back +alertReceivers failed/,
    );
    assert.equal(trail().at(-1)?.outcome, "failed");
    store.writes.length = 0;
    assert.equal(await run(vault), 0);
    assert.deepEqual(store.writes, ["alertReceivers", "registryCredentials"]);
  });

  it("notes what a run wrote that was killed before it could", async () => {
    await run(vault);
    const file = trailFile("home", folder);
    const lines = trailLines(file);
    writeFileSync(file, `${lines.slice(0, -1).join("\n")}\n`);
    assert.equal(await run(vault), 0);
    assert.deepEqual(
      trail().map(({ secrets: [one] }) => one?.name),
      ["radarrApiKey", "sonarrApiKey", "alertReceivers", "registryCredentials"],
    );
    assert.match(trail().at(-1)?.reason ?? "", /the stack had this one already/);
    await run(vault);
    assert.equal(trail().length, 4, "once");
  });

  it("fails when the config, read again as a whole, has not what was written", async () => {
    const forgetful: FakeStore = { ...store, all: () => Promise.resolve(new Map()) };
    assert.equal(await run([vault[0] ?? entry("", "")], { store: forgetful }), 1);
    assert.match(printed, /radarrApiKey +failed +is not in the config, read again as a whole/);
  });

  it("fails when nothing was of this stack", async () => {
    assert.equal(await run([entry("wiki_password", value("wiki"))]), 1);
  });

  it("takes the password of an Argo CD repository, and leaves its settings", async () => {
    const repository = { file: "repo.yaml", format: "kubernetes-secret" } as const;
    const keys = {
      url: "https://git.example.org/home",
      type: "git",
      username: "me",
      password: value("git"),
    };
    const entries = Object.entries(keys).map(([key, text]) =>
      entry(`argocd/any-name/${key}`, text, repository),
    );
    assert.equal(await run(entries), 0);
    assert.deepEqual([...store.values.keys()].sort(), ["gitRepositoryToken", "trailKey"]);
    assert.match(printed, /^1 ignored|3 ignored/m);
  });

  it("shows names as they are harmless, and nothing of a value that stands in one", async () => {
    const entries = [
      entry("evil\u001b[2J\u202e\nkey", value("evil")),
      entry(`token_${value("twin")}`, value("twin")),
      entry("__proto__", value("proto")),
      entry("receivers/__proto__/url", "https://example.org/c4n4ry"),
      entry("x".repeat(5000), value("long")),
    ];
    await run(entries);
    assert.doesNotMatch(printed, /\u001b|\u202e|c4n4ry/);
    assert.ok(printed.split("\n").every((line) => line.length < 400));
    assert.match(printed, /evil\\u001b\[2J\\u\{202e\}\\nkey/);
  });

  it("survives any names and values, and prints lines alone", async () => {
    const characters =
      "aZ09 _-./:#*{}[]()$%\\\"'`\0\n\r\t\u001b\u007f\u0085\u202e\u2028\ufeff\ud83d\ude00é字";
    const unit = fc.constantFrom(...characters.split(""));
    const any = fc.string({ unit, maxLength: 60 });
    const path = fc.array(any, { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(path, any), { maxLength: 5 }), async (pairs) => {
        printed = "";
        store = fakeStore();
        await run(pairs.map(([keys, text]) => ({ ...entry("x", text), path: keys })));
        assert.doesNotMatch(printed, /[^\n\P{C}]/u);
      }),
      { numRuns: 100 },
    );
  });

  it("never prints or notes any six characters of a value", async () => {
    const names = [
      "radarr_api_key",
      "sonarr_api_key",
      "wiki",
      "slack_webhook",
      "alertReceivers",
      "x",
    ];
    const text = fc.string({
      minLength: 8,
      maxLength: 40,
      unit: fc.constantFrom("Q", "Z", "J", "X", "V", "#", "%", "~", "^", "0", "1", "8", "9"),
    });
    const values = fc.array(fc.tuple(fc.constantFrom(...names), text), {
      minLength: 1,
      maxLength: 6,
    });
    await fc.assert(
      fc.asyncProperty(values, fc.boolean(), fc.boolean(), async (pairs, dryRun, partial) => {
        printed = "";
        store = fakeStore();
        await run(
          pairs.map(([name, secret], at) => entry(at > 3 ? `more/${name}` : name, secret)),
          {
            ...{ dryRun, partial },
          },
        );
        const out = printed + trailLines(trailFile("home", folder)).join("\n");
        for (const [, secret] of pairs) {
          for (let at = 0; at + 6 <= secret.length; at += 1) {
            assert.ok(!out.includes(secret.slice(at, at + 6)), "six characters of a value");
          }
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe("the map of an import", () => {
  it("refuses what names no secret, one line each, with what may be meant", () => {
    const text = [
      ...["a: radarApiKey", "b: serverToken", "c: trailKey", "d: radarrApiKey/url"],
      ...[
        "e: alertReceivers/team",
        "f: {ignore: ''}",
        "g: [x]",
        "h: registryCredentials/r.io:5000/a/password",
      ],
      "i: ignore",
    ].join("\n");
    let lines: string[] = [];
    assert.throws(
      () => readMap(text, "map.yaml"),
      (error: Error) => {
        lines = error.message.split("\n");
        return true;
      },
    );
    assert.equal(
      lines[0],
      "map.yaml: a: `radarApiKey` is no secret of a stack: did you mean `radarrApiKey`?",
    );
    assert.deepEqual(
      lines.map((line) => line.slice(10, 11)),
      ["a", "b", "c", "d", "e", "f", "g"],
    );
  });

  it("refuses a text that is no map, without repeating it", () => {
    for (const text of [
      "- c4n4ry",
      "c4n4ry",
      "a: 'c4n4ry\nb",
      "a: radarrApiKey\na: sonarrApiKey",
    ]) {
      assert.throws(
        () => readMap(text, "map.yaml"),
        (error: Error) =>
          error.message.startsWith("map.yaml: ") && !error.message.includes("c4n4ry"),
      );
    }
    assert.deepEqual(readMap("# nothing yet\n", "map.yaml"), []);
  });

  const assignmentOf = (text: string, path: string, file = "group_vars/all/vault.yml") =>
    readMap(text, "map.yaml").find(({ matches }) => matches(file, path.split("/")))?.assignment;

  it("goes by path, by file and path, with stars, the first line first", () => {
    const target = { kind: "target", target: { name: "radarrApiKey", part: [] } };
    assert.deepEqual(assignmentOf("odd_name: radarrApiKey", "odd_name"), target);
    assert.deepEqual(assignmentOf("'all/vault.yml#odd*': radarrApiKey", "odd_name"), target);
    assert.deepEqual(assignmentOf("'staging.yml#odd*': radarrApiKey", "odd_name"), undefined);
    assert.deepEqual(assignmentOf("'*': radarrApiKey", "a/b"), undefined, "one key");
    assert.deepEqual(assignmentOf("'a/**': radarrApiKey", "a/b/c"), target);
    assert.deepEqual(assignmentOf("'a/b': radarrApiKey\n'a/*': ignore", "a/b"), target);
    assert.deepEqual(assignmentOf("'a.b': radarrApiKey", "aXb"), undefined, "a dot is a dot");
    assert.deepEqual(assignmentOf("x: registryCredentials/r.io:5000/team/password", "x"), {
      kind: "target",
      target: { name: "registryCredentials", part: ["r.io:5000/team", "password"] },
    });
  });
});
