import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkKeys, type CheckOptions } from "../../../../operations/secrets/check/check";

const passphrase = "c4n4ry: a good passphrase";
const saltOf = (text: string, more = "") => `salt-of-${Buffer.from(text).toString("hex")}${more}`;
const file = (salt: string) => `encryptionsalt: ${salt}\nconfig:\n  bramble:a:\n    secure: x\n`;
const service = (key: string) =>
  `secretsprovider: ${key}\nencryptedkey: eA==\nconfig:\n  bramble:a:\n    secure: x\n`;

describe("a look at the keys of all stacks", () => {
  let root = "";
  let folder = "";
  let printed = "";
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "bramble-check-"));
    folder = join(root, "project");
    mkdirSync(folder);
    printed = "";
    put("home", file(saltOf(passphrase)));
  });
  afterEach(() => {
    rmSync(root, { recursive: true });
  });
  const put = (stack: string, text: string): Partial<CheckOptions> => {
    writeFileSync(join(folder, `Pulumi.${stack}.yaml`), text);
    return {};
  };
  const stateWith = (salt: string) => () =>
    Promise.resolve(JSON.stringify({ deployment: { secrets_providers: { state: { salt } } } }));
  const look = async (more: Partial<CheckOptions> = {}) => {
    const code = await checkKeys({
      ...{ stack: "home", directory: folder },
      environment: { PULUMI_CONFIG_PASSPHRASE: passphrase },
      opens: (text, salt) =>
        Promise.resolve(salt.startsWith(saltOf(text, ".")) || salt === saltOf(text)),
      state: stateWith(saltOf(passphrase)),
      print: (text) => (printed += text),
      ...more,
    });
    assert.ok(!printed.includes(passphrase));
    return code;
  };

  it("finds nothing where each has its own", async () => {
    put("staging", file(saltOf("another")));
    put("production", service("awskms://alias/production?region=eu-central-1"));
    assert.equal(await look(), 0);
    assert.match(printed, /^3 stacks looked at: home has a key of its own$/m);
  });

  it("says when the passphrase was not at hand to be tried on the others", async () => {
    assert.equal(await look({ environment: {} }), 0);
    assert.match(printed, /whether another stack has the same was not tried/);
  });

  const mistakes: readonly (readonly [string, () => Partial<CheckOptions>, RegExp])[] = [
    [
      "a passphrase of two stacks",
      () => put("staging", file(saltOf(passphrase, ".2"))),
      /^Pulumi\.staging\.yaml +the passphrase of stack home opens it too +npm run secrets -- staging/m,
    ],
    [
      "a stack file that was copied with its salt",
      () => put("staging", file(saltOf(passphrase))),
      /^Pulumi\.home\.yaml +has the salt of stack staging/m,
    ],
    [
      "a service's key of two stacks",
      () => {
        put("home", service("awskms://alias/all?region=eu-central-1"));
        put("staging", service("awskms://alias/all?region=eu-central-1&profile=me"));
        return { state: () => Promise.resolve("{}") };
      },
      /has the service's key of stack staging/,
    ],
    [
      "encrypted values without any key",
      () => put("staging", "config:\n  bramble:a:\n    secure: x\n"),
      /^Pulumi\.staging\.yaml +1 encrypted values and no key/m,
    ],
    [
      "a provider that there is not",
      () => put("staging", service("base64key://c4n4ry")),
      /secretsprovider is none of passphrase, awskms/,
    ],
    [
      "an empty passphrase, whatever stack has it",
      () => put("staging", file(saltOf(""))),
      /^Pulumi\.staging\.yaml +its passphrase is empty: every secret is in clear, in effect/m,
    ],
    [
      "an empty passphrase in the environment",
      () => ({ environment: { PULUMI_CONFIG_PASSPHRASE: "" } }),
      /PULUMI_CONFIG_PASSPHRASE is set and empty/,
    ],
    [
      "a passphrase that does not open the stack",
      () => put("home", file(saltOf("another"))),
      /the passphrase at hand does not open it/,
    ],
    [
      "a weak passphrase",
      () => {
        put("home", file(saltOf("weak")));
        return {
          environment: { PULUMI_CONFIG_PASSPHRASE: "weak" },
          state: stateWith(saltOf("weak")),
        };
      },
      /the passphrase at hand +is shorter than 8 characters/,
    ],
    [
      "a file of the passphrase that lies where Git sees it",
      () => {
        writeFileSync(join(folder, "passphrase"), passphrase, { mode: 0o600 });
        return { environment: { PULUMI_CONFIG_PASSPHRASE_FILE: join(folder, "passphrase") } };
      },
      /lies in the project's folder/,
    ],
    [
      "config and state under two keys",
      () => ({ state: stateWith(saltOf("another")) }),
      /the state has another key than the stack's file/,
    ],
  ];
  for (const [what, make, told] of mistakes) {
    it(`finds ${what}`, async () => {
      assert.equal(await look(make()), 2);
      assert.match(printed, told);
    });
  }

  it("says when the state could not be had", async () => {
    assert.equal(await look({ state: () => Promise.reject(new Error("no stack named")) }), 1);
    assert.match(printed, /the state could not be looked at: no stack named/);
  });
});
