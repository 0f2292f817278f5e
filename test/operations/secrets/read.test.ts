import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { readConfigSecret, readSecretOutput } from "../../../operations/secrets/read";
import {
  fingerprint,
  readTrailLine,
  trailFile,
  trailLines,
} from "../../../operations/secrets/trail";
import { projectDirectory } from "../../../operations/stackFile";

const canary = "c4n4ry-0123456789abcdef";
const key = "e".repeat(64);

describe("reading a secret", () => {
  let folder = "";
  const named = ["BRAMBLE_ENGINE", "BRAMBLE_REASON", "npm_lifecycle_event"];
  let kept: Record<string, string | undefined>;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "bramble-read-"));
    kept = Object.fromEntries(named.map((name) => [name, process.env[name]]));
    process.env["BRAMBLE_ENGINE"] = join(folder, "pulumi");
    process.env["npm_lifecycle_event"] = "rehearse";
  });
  afterEach(() => {
    for (const [name, value] of Object.entries(kept)) {
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
    }
    rmSync(folder, { recursive: true });
  });

  /** Stands for the CLI; what it does not know it fails on, as the real one does. */
  const cli = (...known: readonly string[]) => {
    const cases = known.map((line) => `  ${line} ;;`).join("\n");
    const text = `#!/bin/sh\ncase "$*" in\n${cases}\n  *) echo "error: not there" >&2; exit 1 ;;\nesac\n`;
    writeFileSync(join(folder, "pulumi"), text);
    chmodSync(join(folder, "pulumi"), 0o755);
  };
  const withKey = `"config get trailKey"*) echo ${key}`;
  const output = `"stack output recoveryKey --show-secrets --stack home"*) echo ${canary}`;
  const reading = () => ({ stack: "home", directory: folder, reason: "to open copies" });
  const entries = () =>
    trailLines(trailFile("home", join(folder, "docs", "governance"))).map((line) =>
      readTrailLine(line, "home"),
    );

  it("is noted with its fingerprint, why, and by which command", async () => {
    cli(withKey, output);
    assert.equal((await readSecretOutput("recoveryKey", reading())).trim(), canary);
    const [entry] = entries();
    assert.deepEqual(entry?.secrets, [
      { name: "recoveryKey", fingerprint: fingerprint(key, "recoveryKey", canary) },
    ]);
    assert.deepEqual(
      [entry.action, entry.reason, entry.outcome],
      ["read", "to open copies (npm run rehearse)", "done"],
    );
  });

  it("is noted without one where the stack has no key of fingerprints, with what the operator says", async () => {
    cli(`"config get snapshotSshKey --stack home"*) echo ${canary}`);
    process.env["BRAMBLE_REASON"] = "ticket 7";
    await readConfigSecret("snapshotSshKey", reading());
    const [entry] = entries();
    assert.deepEqual(entry?.secrets, [{ name: "snapshotSshKey" }]);
    assert.equal(entry.reason, "ticket 7; to open copies (npm run rehearse)");
  });

  it("is noted also when it failed", async () => {
    cli(withKey);
    await assert.rejects(readSecretOutput("recoveryKey", reading()), /not there/);
    assert.equal(entries()[0]?.outcome, "failed");
  });

  it("happens in no other place of the commands", () => {
    // The one above; what opens all of a stack to write or re-encrypt it, and notes that itself.
    const allowed = ["secrets/read.ts", "secrets/store.ts", "secrets/rekey/keyedStack.ts"];
    const files = (path: string): string[] =>
      readdirSync(path, { withFileTypes: true }).flatMap((entry) => {
        const inside = join(path, entry.name);
        if (entry.isDirectory()) return files(inside);
        return entry.name.endsWith(".ts") ? [inside] : [];
      });
    const operations = join(projectDirectory, "operations");
    const readers = files(operations).filter((file) =>
      /"--show-secrets"|"config", "get"/.test(readFileSync(file, "utf8")),
    );
    assert.deepEqual(readers.map((file) => relative(operations, file)).sort(), [...allowed].sort());
  });
});
