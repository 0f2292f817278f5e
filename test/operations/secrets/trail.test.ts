import assert from "node:assert/strict";
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SecretName } from "../../../config/secrets";
import {
  fingerprint,
  lineDigest,
  noteSecrets,
  readTrailLine,
  trailFile,
  trailKey,
  trailLines,
} from "../../../operations/secrets/trail";

const canary = "c4n4ry-0123456789abcdef";
const key = "f".repeat(64);

describe("the trail of secrets", () => {
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "bramble-trail-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  const note = (reason: string, value = canary) =>
    noteSecrets(
      "home",
      { action: "set", secrets: [{ name: "radarrApiKey", value }], reason },
      { key, folder },
    );
  const entries = () =>
    trailLines(trailFile("home", folder)).map((line) => readTrailLine(line, "home"));

  it("says who did what with which secret, when, why and where, and never the value", () => {
    const file = note("tried");
    assert.ok(!readFileSync(file, "utf8").includes(canary));
    const [entry] = entries();
    assert.equal(entry?.environment, "home");
    assert.deepEqual(
      [entry.action, entry.reason, entry.outcome, entry.secrets[0]?.name],
      ["set", "tried", "done", "radarrApiKey"],
    );
    assert.notEqual(entry.operator, "");
    assert.ok(Math.abs(Date.parse(entry.time) - Date.now()) < 60_000);
  });

  it("tells by the fingerprint that a value is the same, under one name and key alone", () => {
    note("one");
    note("the same");
    note("another", `${canary}x`);
    const [one, same, another] = entries().map(({ secrets }) => secrets[0]?.fingerprint);
    assert.equal(one, same);
    assert.notEqual(one, another);
    assert.notEqual(one, fingerprint(key, "sonarrApiKey", canary));
    assert.notEqual(one, fingerprint("e".repeat(64), "radarrApiKey", canary));
  });

  it("notes without fingerprints where there is no key", () => {
    noteSecrets(
      "home",
      { action: "read", secrets: [{ name: "kubeconfig", value: canary }], reason: "a look" },
      { folder },
    );
    assert.deepEqual(entries()[0]?.secrets, [{ name: "kubeconfig" }]);
  });

  it("notes an empty reason as none, after what it was said for is done", () => {
    note(" ");
    assert.equal(entries()[0]?.reason, "none was given");
  });

  it("takes nothing for a name that is none: a value, a sentence, a path", () => {
    for (const name of [`${canary}/+`, "a value of mine", "files/secrets.yaml", "x".repeat(41)]) {
      assert.throws(() =>
        noteSecrets("home", { action: "set", secrets: [{ name }], reason: "tried" }, { folder }),
      );
    }
    assert.deepEqual(entries(), []);
  });

  it("makes its key once and sets it through the store", async () => {
    const values = new Map<SecretName, string>();
    const store = {
      get: (name: SecretName) => Promise.resolve(values.get(name)),
      set: (name: SecretName, value: string) => Promise.resolve(void values.set(name, value)),
    };
    const made = await trailKey(store);
    assert.match(made, /^[0-9a-f]{64}$/);
    assert.equal(values.get("trailKey"), made);
    assert.equal(await trailKey(store), made);
  });

  it("reads lines of before there were fingerprints, and goes on after them", () => {
    const older = JSON.stringify({
      ...{ time: "2026-03-01T18:04:05.000Z", operator: "me", action: "import-media" },
      ...{ secrets: ["radarrApiKey"], source: "a folder of config copies" },
    });
    mkdirSync(join(folder, "home"));
    appendFileSync(trailFile("home", folder), `${older}\n`);
    note("after");
    const [first, second] = entries();
    assert.deepEqual(
      [first?.action, first?.environment, first?.secrets],
      ["import", "home", [{ name: "radarrApiKey" }]],
    );
    assert.deepEqual(second?.previous, [lineDigest(older)]);
  });

  it("names both ends after two branches were merged", () => {
    const file = note("before");
    const common = readFileSync(file, "utf8");
    note("on one branch");
    const [, mine = ""] = trailLines(file);
    rmSync(file);
    appendFileSync(file, common);
    note("on the other");
    const [, theirs = ""] = trailLines(file);
    appendFileSync(file, `${mine}\n`);
    note("after the merge");
    assert.deepEqual(entries().at(-1)?.previous, [lineDigest(theirs), lineDigest(mine)]);
  });
});
