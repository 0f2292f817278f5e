import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readSecretContent, readSecretFile } from "../../../../operations/secrets/formats/read";
import { largestFile } from "../../../../operations/secrets/formats/source";
import type { ReadSecretFileOptions } from "../../../../operations/secrets/formats/types";
import { bareEnvironment, fixtureFile, fixtureKeys, fixtures } from "./fixtures";

/** What must be in no error. */
const canary = "canary-4711";

async function troubleOf(read: Promise<unknown>): Promise<string> {
  const error: unknown = await read.then(
    () => assert.fail("it was read"),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof Error && !(error instanceof assert.AssertionError), String(error));
  assert.ok(!error.message.includes("\n") && !error.message.includes(canary), error.message);
  return error.message;
}

const keysOf = (name: string) => fixtureKeys(fixtures.find((one) => one.name === name)?.keys);

async function refused(
  file: string,
  content: string | Buffer,
  options: Partial<ReadSecretFileOptions> = {},
): Promise<string> {
  const all = { environment: bareEnvironment, ...options };
  return troubleOf(readSecretContent({ file, ...all, content: Buffer.from(content) }));
}

const bomb = [
  "a0: &a0 [x, x, x, x, x, x, x, x, x, x]",
  ...Array.from({ length: 9 }, (_, index) => {
    const aliases = Array.from({ length: 10 }, () => `*a${index}`).join(", ");
    return `a${index + 1}: &a${index + 1} [${aliases}]`;
  }),
].join("\n");

/** Content that is refused, and why, by the name that the file has. */
const contents: readonly (readonly [
  what: string,
  file: string,
  content: string | Buffer,
  why: RegExp,
])[] = [
  ["nothing", "a.yaml", "", /a\.yaml: is empty/],
  ["a comment only", "a.yaml", "# nothing\n", /holds no value/],
  ["binary", "a.yaml", Buffer.from([0x61, 0x3a, 0x20, 0xff, 0xfe]), /is no UTF-8 text/],
  [
    "what age made",
    "a.age",
    Buffer.from("age-encryption.org/v1\n-> X\n\xff\n", "latin1"),
    /whole by age/,
  ],
  ["NUL", "a.env", `A=${canary}\0`, /is no UTF-8 text/],
  ["UTF-16", "a.yaml", Buffer.from(`\uFEFFa: ${canary}`, "utf16le"), /is no UTF-8 text/],
  ["aliases that multiply", "a.yaml", bomb, /stands for more than 200000 values/],
  ["an alias of itself", "a.yaml", "a: &a [*a]", /an alias inside its own anchor/],
  [
    "an alias of nothing",
    "a.yaml",
    `a: *${canary}`,
    /line 1 is no good YAML|alias without its anchor/,
  ],
  ["a key twice", "a.yaml", `a: 1\nb: ${canary}\na: 2\n`, /line 3 has a key a second time/],
  ["a key twice in JSON", "a.json", `{"a": 1, "a": "${canary}"}`, /line 1 has a key a second time/],
  ["deep nesting", "a.yaml", `a: ${"[".repeat(5000)}${"]".repeat(5000)}`, /nested too deep/],
  ["deep maps", "a.json", `${'{"a":'.repeat(300)}1${"}".repeat(300)}`, /nested too deep/],
  ["a map as a key", "a.yaml", `? {a: ${canary}}\n: b\n`, /a map or a list as a key/],
  ["__proto__", "a.json", `{"__proto__": {"a": "${canary}"}}`, /a key named __proto__/],
  ["__proto__ in dotenv", "a.env", `__proto__=${canary}\n`, /a key named __proto__/],
  ["__proto__ in ini", "a.ini", `[__proto__]\na = ${canary}\n`, /a key named __proto__/],
  ["broken YAML", "a.yaml", `a: "${canary}\n`, /line 2 is no good YAML/],
  ["broken JSON", "a.json", `{"a": "${canary}", }`, /a\.json: is no good JSON/],
  ["a line without a name", "a.env", `A=1\n${canary}\n`, /line 2 is no NAME=value/],
  ["a name twice", "a.env", `A=1\nA=${canary}\n`, /line 2 sets a name a second time/],
  ["an open quote", "a.env", `A="${canary}\nB=2\n`, /line 1 has a quote that does not end/],
  ["a # that readers disagree on", "a.env", `A=${canary}#2\n`, /put the value in quotes/],
  ["an open quote in ini", "a.ini", `[a]\nb = """${canary}\n`, /line 2 begins a quote/],
  ["a key twice in ini", "a.ini", `[a]\nb=1\n[a]\nb=${canary}\n`, /line 4 sets a key a second/],
  [
    "no base64",
    "a.yaml",
    `apiVersion: v1\nkind: Secret\nmetadata: {name: n}\ndata: {k: ${canary}}\n`,
    /Secret n: k under data is no base64/,
  ],
  [
    "data that is no map",
    "a.yaml",
    `apiVersion: v1\nkind: Secret\nmetadata: {name: n}\ndata: ${canary}\n`,
    /is no map of keys/,
  ],
  [
    "a value without its metadata",
    "a.yaml",
    "a: ENC[AES256_GCM,data:YQ==,iv:YQ==,tag:YQ==,type:str]\n",
    /a was encrypted by SOPS/,
  ],
  ["a whole file of age", "a.yaml", "-----BEGIN AGE ENCRYPTED FILE-----\nYQ==\n", /age --decrypt/],
  ["a private key", "a.pem", `-----BEGIN PRIVATE KEY-----\n${canary}\n`, /one key or certificate/],
  ["Ansible Vault 1.0", "a.yml", "$ANSIBLE_VAULT;1.0;AES\n6162\n", /not of version 1\.1 or 1\.2/],
  ["a name with control characters", "a\n\u001b[2J.yaml", "", /a\?\?\[2J\.yaml: is empty/],
];

describe("readers of hostile files", () => {
  for (const [what, file, content, why] of contents) {
    it(`refuse ${what}`, async () => {
      const keys = { ...keysOf("vault-id.yml"), environment: bareEnvironment };
      assert.match(await refused(file, content, keys), why);
    });
  }

  it("read what is merely unusual", async () => {
    const read = async (file: string, content: string | Buffer) => {
      const entries = await readSecretContent({ file, content: Buffer.from(content) });
      return entries.map(({ path, value }) => [path.join("."), value]);
    };
    assert.deepEqual(await read("a.yaml", "\uFEFFa: 007\r\nb: yes\r\n"), [
      ["a", "007"],
      ["b", "yes"],
    ]);
    assert.deepEqual(await read(".env", `\uFEFFexport A="x y" # note\r\n\r\nB=007\r\n`), [
      ["A", "x y"],
      ["B", "007"],
    ]);
    assert.deepEqual(await read("a.ini", "top=1\r\n[a.b]\r\nc: 'x;y' ; note\r\nd=pa#ss;w\r\n"), [
      ["DEFAULT.top", "1"],
      ["a.b.c", "x;y"],
      ["a.b.d", "pa#ss;w"],
    ]);
    assert.deepEqual(await read("a.yaml", "x: &x {a: 1, b: 2}\ny: {<<: *x, b: 3}\nz: ~\n"), [
      ["x.a", "1"],
      ["x.b", "2"],
      ["y.b", "3"],
      ["y.a", "1"],
    ]);
    assert.deepEqual(await read("constructor", '{"constructor": {"prototype": "x"}}'), [
      ["constructor.prototype", "x"],
    ]);
  });
});

describe("files that are none", () => {
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "bramble-hostile-"));
  });

  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const kinds: readonly (readonly [string, (path: string) => unknown, RegExp])[] = [
    ["a missing one", () => undefined, /is not there/],
    [
      "a folder",
      (path) => {
        mkdirSync(path);
      },
      /is a folder/,
    ],
    ["a pipe, without waiting", (path) => execFileSync("mkfifo", [path]), /is a pipe/],
    [
      "a link to a file",
      (path) => {
        writeFileSync(`${path}.to`, "a: 1\n");
        symlinkSync(`${path}.to`, path);
      },
      /is a symbolic link/,
    ],
    [
      "a link to itself",
      (path) => {
        symlinkSync(path, path);
      },
      /is a symbolic link/,
    ],
    [
      "more than fits",
      (path) => {
        writeFileSync(path, "");
        truncateSync(path, largestFile + 1);
      },
      /is larger than 8 MiB/,
    ],
  ];
  for (const [what, make, why] of kinds) {
    it(`refuse ${what}`, async () => {
      const file = join(folder, what.replaceAll(" ", "-"));
      make(file);
      assert.match(await troubleOf(readSecretFile({ file })), why);
    });
  }

  it("refuse /dev/zero", async () => {
    assert.match(await troubleOf(readSecretFile({ file: "/dev/zero" })), /is a device/);
  });
});

describe("keys that do not fit", () => {
  let folder: string;
  const write = (name: string, text: string, mode = 0o600): string => {
    const file = join(folder, name);
    writeFileSync(file, text);
    chmodSync(file, mode);
    return file;
  };
  const readFixture = (name: string, options: Partial<ReadSecretFileOptions>): Promise<string> =>
    troubleOf(
      readSecretFile({ file: fixtureFile(name), environment: bareEnvironment, ...options }),
    );

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "bramble-keys-"));
  });

  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it("say which age identity is needed, and where none was found", async () => {
    const recipient = /recipient: (age1\w+)/.exec(
      readFileSync(fixtureFile("sops-secret.yaml"), "utf8"),
    );
    const why = await readFixture("sops-secret.yaml", {});
    assert.match(why, /needs an age identity for age1\w+: there is none in SOPS_AGE_KEY/);
    assert.ok(why.includes(recipient?.[1] ?? "?"), why);
    const identityFiles = [fixtureFile("throwaway-keys/age-other.txt")];
    assert.match(await readFixture("sops-secret.yaml", { identityFiles }), /none of 1 fits/);
  });

  it("say which file of keys holds none", async () => {
    const empty = write("empty", "# nothing\n");
    const identityFiles = [empty];
    assert.match(await readFixture("sops-secret.yaml", { identityFiles }), /holds no age identity/);
    const sealingKeyFiles = [empty];
    assert.match(await readFixture("sealed-one.yaml", { sealingKeyFiles }), /holds no private key/);
    const vaultPasswordFiles = [write("blank", " \n")];
    assert.match(await readFixture("vault-id.yml", { vaultPasswordFiles }), /holds no password/);
  });

  it("refuse another password before anything is decrypted", async () => {
    const vaultPasswordFiles = [write("wrong", canary)];
    const why = await readFixture("vault-id.yml", { vaultPasswordFiles });
    assert.match(why, /the password of vault id dev does not open it, or it was changed/);
    const inline = await readFixture("vault-values.yml", { vaultPasswordFiles });
    assert.match(inline, /Ansible Vault: simple: the password does not open it/);
  });

  it("ask for a password where no file is named, and nobody when nobody is there", async () => {
    assert.match(await readFixture("vault-id.yml", {}), /needs a password: name its file/);
    const asked: string[] = [];
    const ask = (question: string): Promise<string> => {
      asked.push(question);
      return Promise.resolve("canary-dev-password");
    };
    const file = fixtureFile("vault-id.yml");
    const entries = await readSecretFile({ file, environment: bareEnvironment, ask });
    assert.equal(entries.length, 3);
    assert.deepEqual(asked, [`Ansible Vault password for ${file}: `]);
  });

  it("take passwords of scripts, which are told the vault id where they ask for it", async () => {
    const script = `#!/bin/sh\n[ "$*" = "--vault-id dev" ] && echo canary-dev-password\n`;
    const client = write("pass-client.sh", script, 0o700);
    const file = fixtureFile("vault-id.yml");
    const vaultPasswordFiles = [`dev@${client}`];
    const entries = await readSecretFile({
      file,
      environment: bareEnvironment,
      vaultPasswordFiles,
    });
    assert.equal(entries.length, 3);
    const failing = write("failing.sh", "#!/bin/sh\nexit 3\n", 0o700);
    const why = await readFixture("vault-id.yml", { vaultPasswordFiles: [failing] });
    assert.match(why, /failing\.sh: ended with 3 and gave no password/);
  });

  it("take keys from where SOPS and Ansible look for them", async () => {
    const age = readFileSync(fixtureFile("throwaway-keys/age.txt"), "utf8");
    mkdirSync(join(folder, "config/sops/age"), { recursive: true });
    write("config/sops/age/keys.txt", age);
    const environments = [
      {
        SOPS_AGE_KEY: age
          .split("\n")
          .filter((line) => line.startsWith("AGE-"))
          .join("\n"),
      },
      { SOPS_AGE_KEY_FILE: fixtureFile("throwaway-keys/age.txt") },
      { XDG_CONFIG_HOME: join(folder, "config") },
    ];
    for (const environment of environments) {
      const file = fixtureFile("sops-secret.yaml");
      const entries = await readSecretFile({
        file,
        environment: { ...bareEnvironment, ...environment },
      });
      assert.equal(entries.length, 2);
    }
    const password = fixtureFile("throwaway-keys/vault-password-dev");
    for (const environment of [
      { ANSIBLE_VAULT_PASSWORD_FILE: password },
      { ANSIBLE_VAULT_IDENTITY_LIST: `dev@${password}` },
    ]) {
      const file = fixtureFile("vault-id.yml");
      const entries = await readSecretFile({
        file,
        environment: { ...bareEnvironment, ...environment },
      });
      assert.equal(entries.length, 3);
    }
  });
});
