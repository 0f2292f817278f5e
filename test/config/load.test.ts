import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";
import { loadSettings, type Settings } from "../../config/load";
import { type SecretName, secretNames, setSecretCommand } from "../../config/secrets";
import { withFolder } from "../support/folders";
import { kubeconfig } from "../support/program";

const sound = {
  hosts: [21, 22, 23].map((last) => ({
    name: `pi-${last}`,
    address: `192.168.1.${last}`,
    role: "server",
  })),
  ssh: { requireHostKeys: false },
  network: { pools: [{ name: "lan", addresses: ["192.168.1.150/31"] }] },
  media: { enabled: false },
};

/** Loads a configuration as the engine hands it over. */
async function load(
  values: Record<string, unknown>,
  secrets: Partial<Record<SecretName, string>> = { sshPrivateKey: "key" },
  clear: readonly string[] = [],
): Promise<{ settings: Settings | undefined; lines: string[] }> {
  const text = Object.entries(values).map(([key, value]) => [
    `bramble:${key}`,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  const given = Object.entries(secrets).map(([key, value]) => [`bramble:${key}`, value]);
  const encrypted = Object.keys(secrets).filter((key) => !clear.includes(key));
  pulumi.runtime.setAllConfig(
    Object.fromEntries([...text, ...given]) as Record<string, string>,
    encrypted.map((key) => `bramble:${key}`),
  );
  await pulumi.runtime.setMocks(
    {
      newResource: ({ name, inputs }) => ({ id: name, state: inputs as object }),
      call: ({ inputs }) => inputs as Record<string, unknown>,
    },
    "bramble",
    "home",
  );
  try {
    return { settings: loadSettings(), lines: [] };
  } catch (error) {
    assert.ok(error instanceof pulumi.RunError, "told without a stack trace");
    return { settings: undefined, lines: error.message.split("\n") };
  }
}

describe("loadSettings", () => {
  it("gives the whole configuration, and secrets that stay secret", async () => {
    const { settings } = await load(sound);
    assert.equal(settings?.stack, "home");
    assert.equal(settings.config.hosts[0]?.name, "pi-21");
    const { sshPrivateKey, kubeconfig } = settings.secrets;
    assert.ok(sshPrivateKey);
    assert.equal(await pulumi.isSecret(sshPrivateKey), true);
    assert.equal(kubeconfig, undefined);
  });

  it("tells every mistake of a file in one error, one line each, under the file's name", async () => {
    const path = join(__dirname, "invalid", "ten-mistakes.yaml");
    const text = readFileSync(path, "utf8");
    const { lines } = await load(parse(text) as Record<string, unknown>);
    assert.equal(lines[0], "Pulumi.home.yaml: 10 to mend; nothing was touched");
    assert.equal(lines.length, 11);
    assert.equal(`# expect: ${lines[1] ?? ""}`, text.split("\n")[0]);
  });

  it("names a missing secret with the command that sets it, beside other mistakes", async () => {
    const { lines } = await load({ ...sound, network: {} }, {});
    assert.deepEqual(
      lines.slice(1).map((line) => line.split(":").slice(0, 2).join(":")),
      ["bramble:network.pools", "bramble:sshPrivateKey"],
    );
    assert.equal(
      lines[2],
      "bramble:sshPrivateKey: is missing: pulumi config set --secret sshPrivateKey --stack home < ~/.ssh/id_ed25519",
    );
  });

  it("asks for no key where the agent has it, and for a kubeconfig only where nobody named one", async () => {
    const agent = await load({ ...sound, ssh: { requireHostKeys: false, auth: "agent" } }, {});
    assert.deepEqual(agent.lines, []);
    const existing = { network: sound.network, media: sound.media };
    const without = await load({ ...existing, cluster: { source: "existing" } }, {});
    assert.deepEqual(without.lines.slice(1), [
      `bramble:kubeconfig: is missing: ${setSecretCommand("home", "kubeconfig")}`,
    ]);
    await withFolder(async (folder) => {
      const kubeconfigPath = join(folder, "config");
      writeFileSync(kubeconfigPath, kubeconfig("key"));
      const cluster = { source: "existing", kubeconfigPath };
      assert.deepEqual((await load({ ...existing, cluster }, {})).lines, []);
    });
  });

  for (const name of secretNames) {
    it(`refuses ${name} in clear text and does not repeat it`, async () => {
      const canary = "c4nary-value";
      const { lines } = await load(sound, { sshPrivateKey: "key", [name]: canary }, [name]);
      assert.deepEqual(lines.slice(1), [
        `bramble:${name}: is in clear text: change the value, then ${setSecretCommand("home", name)}`,
      ]);
    });
  }

  it("refuses an empty passphrase where the stack wants one, and warns elsewhere", async () => {
    const variable = "PULUMI_CONFIG_PASSPHRASE";
    const [before, folder] = [process.env[variable], process.cwd()];
    await withFolder(async (empty) => {
      writeFileSync(join(empty, "Pulumi.home.yaml"), "encryptionsalt: v1:x:v1:y:z\n");
      process.chdir(empty);
      process.env[variable] = "";
      try {
        assert.deepEqual((await load(sound)).lines, []);
        const strict = await load({ ...sound, secrets: { requirePassphrase: true } });
        assert.match(strict.lines[1] ?? "", /^bramble:passphrase: PULUMI_CONFIG_PASSPHRASE is set/);
      } finally {
        process.chdir(folder);
        if (before === undefined) Reflect.deleteProperty(process.env, variable);
        else process.env[variable] = before;
      }
    });
  });

  it("refuses an encrypted value where the plan would show it", async () => {
    const secrets: object = { sshPrivateKey: "key", charts: '{"mirror":"oci://registry.lan"}' };
    const { lines } = await load(sound, secrets);
    assert.match(lines[1] ?? "", /^bramble:charts: is encrypted, but decides what is made/);
    const misspelling: object = { radarApiKey: "c4n4ry" };
    const misspelled = await load(sound, { ...misspelling, sshPrivateKey: "key" });
    assert.match(
      misspelled.lines.join("\n"),
      /bramble:radarApiKey: .*did you mean `radarrApiKey`\?$/,
    );
  });

  it("writes the stack's name into commands, so that they can be copied", async () => {
    const { lines } = await load({ ...sound, ssh: {} });
    assert.match(lines.join("\n"), /run `npm run hosts -- home trust`/);
    assert.doesNotMatch(lines.join("\n"), /<stack>/);
  });
});
