import { strict as assert } from "node:assert";
import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { json } from "node:stream/consumers";
import { pulumiCli } from "../../../operations/pulumiCli";
import { opensSalt } from "../../../operations/secrets/keys/salt";
import { readStackKey } from "../../../operations/secrets/keys/stackKey";
import { keyedStack, keyVariables } from "../../../operations/secrets/rekey/keyedStack";
import type { RekeyOptions } from "../../../operations/secrets/rekey/options";
import { rekey } from "../../../operations/secrets/rekey/rekey";
import { configStore } from "../../../operations/secrets/store";
import { projectDirectory } from "../../../operations/stackFile";

const inConfig = "c4n4ry-config-value";
const inState = "c4n4ry-state-value";
const passphrases = [1, 2, 3].map(() => randomBytes(24).toString("base64"));
const [first = "", second = "", third = ""] = passphrases;

/** Stands for Vault's transit engine, which encrypts what it is given with a key of its own. */
function startVault(): Promise<Server> {
  const server = createServer((request, response) => {
    const answer = async (): Promise<void> => {
      const body = (await json(request)) as { plaintext?: string; ciphertext?: string };
      const data = request.url?.includes("/encrypt/")
        ? { ciphertext: `vault:v1:${Buffer.from(body.plaintext ?? "").toString("base64")}` }
        : { plaintext: Buffer.from(body.ciphertext?.slice(9) ?? "", "base64").toString() };
      response.setHeader("content-type", "application/json").end(JSON.stringify({ data }));
    };
    void answer();
  });
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      resolve(server);
    });
  });
}

describe("the real CLI changes a stack's key", function () {
  this.timeout(300_000);
  let folder = "";
  let vault: Server;
  let kept: Record<string, string | undefined>;

  const cli = (args: readonly string[], passphrase?: string, input?: string) =>
    pulumiCli(args, folder, keyVariables({ passphrase }), input);
  const values = async (passphrase: string | undefined) => [
    (await cli(["config", "get", "radarrApiKey", "--stack", "home"], passphrase)).trim(),
    (
      await cli(["stack", "output", "kubeconfig", "--show-secrets", "--stack", "home"], passphrase)
    ).trim(),
  ];
  const run = (present: string, wanted: string | undefined, more: Partial<RekeyOptions> = {}) =>
    rekey({
      ...{ stack: "home", directory: folder, provider: undefined, newPassphraseFile: undefined },
      ...{ dryRun: false, reason: "tried", governance: join(folder, "governance") },
      environment: {
        PULUMI_CONFIG_PASSPHRASE: present,
        ...(wanted === undefined ? {} : { BRAMBLE_NEW_PASSPHRASE: wanted }),
      },
      ask: () => Promise.reject(new Error("nobody is there")),
      ...{ engine: keyedStack("home", folder), opens: opensSalt },
      store: (key) => configStore("home", folder, keyVariables(key)),
      print: () => undefined,
      ...more,
    });

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "bramble-rekey-tier-"));
    mkdirSync(join(folder, "state"));
    vault = await startVault();
    const { port } = vault.address() as AddressInfo;
    const variables = {
      PULUMI_BACKEND_URL: `file://${folder}/state`,
      VAULT_SERVER_URL: `http://127.0.0.1:${String(port)}`,
      VAULT_SERVER_TOKEN: "any",
    };
    kept = Object.fromEntries(Object.keys(variables).map((name) => [name, process.env[name]]));
    Object.assign(process.env, variables);
    symlinkSync(join(projectDirectory, "node_modules"), join(folder, "node_modules"));
    writeFileSync(join(folder, "Pulumi.yaml"), "name: bramble\nruntime: nodejs\nmain: index.cjs\n");
    writeFileSync(
      join(folder, "index.cjs"),
      `exports.kubeconfig = require("@pulumi/pulumi").secret(${JSON.stringify(inState)});\n`,
    );
    await cli(["stack", "init", "home", "--no-select"], first);
    await cli(["config", "set", "--secret", "radarrApiKey", "--stack", "home"], first, inConfig);
    await cli(["up", "--yes", "--skip-preview", "--stack", "home"], first);
  });
  after(() => {
    vault.close();
    for (const [name, value] of Object.entries(kept)) {
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
    }
    rmSync(folder, { recursive: true });
  });

  it("to another passphrase, also after a run that was cut off when the CLI had emptied the file", async () => {
    const engine = keyedStack("home", folder);
    let dead = false;
    const dying = {
      ...engine,
      lockedState: () => (dead ? Promise.reject(new Error("dead")) : engine.lockedState()),
      change: () => {
        writeFileSync(join(folder, "Pulumi.home.yaml"), "");
        dead = true;
        return Promise.reject(new Error("killed"));
      },
    };
    await assert.rejects(run(first, second, { engine: dying }), /npm run secrets -- home rekey/);
    await assert.rejects(values(first));
    assert.equal(await run(first, second), 0);
    assert.deepEqual(await values(second), [inConfig, inState]);
    await assert.rejects(values(first), /incorrect passphrase/);
  });

  it("to a key of a service, and back to a passphrase", async () => {
    const provider = "hashivault://bramble-home";
    assert.equal(await run(second, undefined, { provider }), 0);
    const key = readStackKey(readFileSync(join(folder, "Pulumi.home.yaml"), "utf8"));
    assert.deepEqual([key.provider, key.salt], [provider, undefined]);
    assert.deepEqual(await values(undefined), [inConfig, inState]);

    assert.equal(await run("", third, { provider: "passphrase" }), 0);
    assert.deepEqual(await values(third), [inConfig, inState]);
  });

  it("and leaves all as it is when the service cannot be reached", async () => {
    const before = readFileSync(join(folder, "Pulumi.home.yaml"), "utf8");
    vault.close();
    const unreachable = run(third, undefined, { provider: "hashivault://bramble-home" });
    await assert.rejects(unreachable, /\neverything is as it was$/);
    assert.equal(readFileSync(join(folder, "Pulumi.home.yaml"), "utf8"), before);
    assert.deepEqual(await values(third), [inConfig, inState]);
  });
});
