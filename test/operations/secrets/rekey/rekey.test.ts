import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { pulumiCli } from "../../../../operations/pulumiCli";
import { findCopies } from "../../../../operations/secrets/rekey/copies";
import { keyedStack, keyVariables } from "../../../../operations/secrets/rekey/keyedStack";
import type { RekeyOptions } from "../../../../operations/secrets/rekey/options";
import { rekey } from "../../../../operations/secrets/rekey/rekey";
import { configStore } from "../../../../operations/secrets/store";

const oldOne = "c4n4ry: the old passphrase";
const newOne = "c4n4ry: the new passphrase";
const values = { radarrApiKey: "c4n4ry-config-value", sonarrApiKey: "c4n4ry-other-value" };
const inState = "c4n4ry-state-value";
const service = "awskms://alias/bramble-home?region=eu-central-1";

/** The stand-in for the CLI, as a function. */
const { answer } = createRequire(__filename)("./pulumi.cjs") as {
  answer: (call: {
    readonly args: readonly string[];
    readonly environment: Readonly<Record<string, string | undefined>>;
    readonly input: string;
    readonly directory: string;
  }) => string;
};

const tag = (text: string) => createHash("sha256").update(text).digest("hex").slice(0, 12);
const seal = (text: string) => `${tag(oldOne)}:${Buffer.from(text).toString("hex")}`;
const saltOf = (passphrase: string) => `fake-${tag(passphrase)}`;

describe("a change of a stack's key", () => {
  let folder = "";
  let printed = "";
  /** Faults of the CLI. */
  let faults: Record<string, string>;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "bramble-rekey-"));
    printed = "";
    faults = {};
    const secrets = Object.entries(values).map(
      ([name, value]) => `  bramble:${name}:\n    secure: ${seal(value)}\n`,
    );
    writeFileSync(
      join(folder, "Pulumi.home.yaml"),
      `# a comment of mine\nencryptionsalt: ${saltOf(oldOne)}\nconfig:\n  bramble:timezone: UTC\n${secrets.join("")}`,
    );
    const resource = {
      urn: "urn:pulumi:home::bramble::pulumi:pulumi:Stack::bramble-home",
      outputs: {
        kubeconfig: { "4dabf18193072939515e22adb298388d": "1b4", ciphertext: seal(inState) },
      },
    };
    const keeper = { type: "passphrase", state: { salt: saltOf(oldOne) } };
    const deployment = { secrets_providers: keeper, resources: [resource] };
    writeFileSync(join(folder, "state.json"), JSON.stringify({ version: 3, deployment }));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  const path = (name: string) => join(folder, name);
  const read = (name: string) => readFileSync(path(name), "utf8");
  const cli: typeof pulumiCli = async (args, directory, environment, input) =>
    Promise.resolve().then(() =>
      answer({
        ...{ args, directory: directory ?? folder, input: input ?? "" },
        environment: { ...faults, ...environment },
      }),
    );
  const engine = () => keyedStack("home", folder, cli);
  const optionsOf = (more: Partial<RekeyOptions> = {}): RekeyOptions => ({
    ...{ stack: "home", directory: folder, provider: undefined, newPassphraseFile: undefined },
    ...{ dryRun: false, reason: "tried", governance: path("governance") },
    environment: { PULUMI_CONFIG_PASSPHRASE: oldOne, BRAMBLE_NEW_PASSPHRASE: newOne },
    ask: () => Promise.reject(new Error("nobody is there")),
    engine: engine(),
    opens: (passphrase, salt) => Promise.resolve(salt === saltOf(passphrase)),
    store: (key) => configStore("home", folder, keyVariables(key), cli),
    print: (text) => (printed += text),
    ...more,
  });
  const run = (more: Partial<RekeyOptions> = {}) => rekey(optionsOf(more));

  /** Everything opens by one passphrase, or service, and is as it was. */
  async function assertOpensBy(passphrase: string | undefined) {
    const contents = await engine().contents({ passphrase });
    const text = [...contents.values()].join("\n");
    for (const value of [...Object.values(values), inState]) assert.ok(text.includes(value), value);
  }
  const assertCloses = (passphrase: string) =>
    assert.rejects(engine().contents({ passphrase }), /incorrect passphrase/);

  it("encrypts config and state anew, and the old passphrase opens neither", async () => {
    assert.equal(await run(), 0);
    await assertOpensBy(newOne);
    await assertCloses(oldOne);
    assert.match(read("Pulumi.home.yaml"), /^# a comment of mine$/m);
    assert.equal(findCopies("home", folder), undefined, "no copy is left");
    assert.match(printed, /still open by the old key\. Did that leak/);
    const [line = ""] = read("governance/home/secrets.jsonl").split("\n");
    assert.match(line, /"action":"rekey","secrets":\[\{"name":"passphrase"\}\].*"outcome":"done"/);
  });

  it("has passphrases and values in no argument, no output and no record", async () => {
    const before = { ...process.env };
    process.env["BRAMBLE_ENGINE"] = join(__dirname, "pulumi.cjs");
    process.env["FAKE_LOG"] = path("log");
    try {
      await run({
        engine: keyedStack("home", folder),
        store: (key) => configStore("home", folder, keyVariables(key)),
      });
    } finally {
      for (const name of ["BRAMBLE_ENGINE", "FAKE_LOG"]) {
        if (before[name] === undefined) Reflect.deleteProperty(process.env, name);
        else process.env[name] = before[name];
      }
    }
    const log = read("log").trimEnd().split("\n");
    const calls = log.map((line) => JSON.parse(line) as { args: string[]; environment: object });
    const said = [
      printed,
      read("governance/home/secrets.jsonl"),
      ...calls.map(({ args }) => args.join(" ")),
    ];
    for (const secret of [oldOne, newOne, inState, ...Object.values(values)]) {
      assert.ok(!said.join("\n").includes(secret), secret);
    }
    for (const { environment } of calls) {
      const named = Object.entries(environment).flatMap(([name, value]) =>
        [oldOne, newOne].includes(String(value)) ? [name] : [],
      );
      assert.ok(
        named.every((name) => name === "PULUMI_CONFIG_PASSPHRASE"),
        named.join(),
      );
    }
  });

  it("tells what it would do, and touches nothing", async () => {
    const before = read("Pulumi.home.yaml");
    assert.equal(await run({ dryRun: true }), 0);
    assert.match(printed, /would encrypt 3 values of the config and 1 resources of the state anew/);
    assert.equal(read("Pulumi.home.yaml"), before);
    assert.ok(!existsSync(path("governance")));
  });

  it("replaces the file that the passphrase came from, and keeps its mode", async () => {
    writeFileSync(path("passphrase"), `${oldOne}\n`, { mode: 0o600 });
    writeFileSync(path("passphrase.new"), `${newOne}\n`, { mode: 0o600 });
    const environment = { PULUMI_CONFIG_PASSPHRASE_FILE: path("passphrase") };
    assert.equal(await run({ environment, newPassphraseFile: path("passphrase.new") }), 0);
    assert.equal(read("passphrase"), `${newOne}\n`);
    assert.equal(statSync(path("passphrase")).mode & 0o777, 0o600);
    await assertOpensBy(newOne);
  });

  it("asks on the terminal, for the new one twice", async () => {
    const answers = [oldOne, newOne, newOne];
    const questions: string[] = [];
    const ask = (question: string) => {
      questions.push(question);
      return Promise.resolve(answers.shift() ?? "");
    };
    assert.equal(await run({ environment: {}, ask }), 0);
    await assertOpensBy(newOne);
    assert.equal(questions.length, 3);
    const differing = [newOne, oldOne, "another passphrase"];
    await assert.rejects(
      run({ environment: {}, ask: () => Promise.resolve(differing.shift() ?? "") }),
      /the two differ; nothing was touched/,
    );
  });

  it("moves to a key of a service, and back to a passphrase", async () => {
    const { BRAMBLE_NEW_PASSPHRASE: wanted, ...present } = {
      ...{ PULUMI_CONFIG_PASSPHRASE: oldOne, BRAMBLE_NEW_PASSPHRASE: newOne },
    };
    assert.equal(await run({ provider: service, environment: present }), 0);
    assert.match(read("Pulumi.home.yaml"), /^secretsprovider: awskms:/m);
    assert.ok(!read("Pulumi.home.yaml").includes("encryptionsalt"));
    await assertOpensBy(undefined);
    const environment = { BRAMBLE_NEW_PASSPHRASE: wanted };
    assert.equal(await run({ provider: "passphrase", environment }), 0);
    await assertOpensBy(newOne);
  });

  const refusals: readonly (readonly [string, Partial<RekeyOptions>, RegExp])[] = [
    [
      "a present passphrase that does not open the stack",
      { environment: { PULUMI_CONFIG_PASSPHRASE: "x", BRAMBLE_NEW_PASSPHRASE: newOne } },
      /^Error: the passphrase from PULUMI_CONFIG_PASSPHRASE does not open Pulumi\.home\.yaml; nothing/,
    ],
    ...[
      ["an empty", "", /is empty: every secret would be in clear/],
      ["a short", "short", /is shorter than 8 characters/],
      ["a monotonous", "ababababababababab", /fewer than 5 different characters/],
      ["a cut-off", `${newOne} `, /begins or ends with a space/],
      ["the same", oldOne, /is the one the stack has/],
      ["a two-line", `${newOne}\nmore`, /control character/],
    ].map(
      ([what, value, why]) =>
        [
          `${String(what)} new passphrase`,
          { environment: { PULUMI_CONFIG_PASSPHRASE: oldOne, BRAMBLE_NEW_PASSPHRASE: value } },
          why,
        ] as [string, Partial<RekeyOptions>, RegExp],
    ),
    [
      "two new passphrases",
      { newPassphraseFile: "/dev/null" },
      /--new-passphrase-file and BRAMBLE_NEW_PASSPHRASE: give one of them/,
    ],
    [
      "a passphrase where a service keeps the key",
      { provider: service, newPassphraseFile: "/dev/null" },
      /a service keeps the key/,
    ],
  ];
  for (const [what, more, why] of refusals) {
    it(`refuses ${what}, and touches nothing`, async () => {
      const before = [read("Pulumi.home.yaml"), read("state.json")];
      await assert.rejects(run(more), (error: Error) => {
        assert.match(String(error), why);
        assert.ok(!String(error).includes("c4n4ry"));
        assert.ok(!error.message.includes("\n"));
        return true;
      });
      assert.deepEqual([read("Pulumi.home.yaml"), read("state.json")], before);
    });
  }

  it("refuses a key that another stack of the folder has", async () => {
    writeFileSync(path("Pulumi.staging.yaml"), `encryptionsalt: ${saltOf(newOne)}\n`);
    await assert.rejects(run(), /stack staging has this key: each environment needs its own/);
    writeFileSync(path("Pulumi.staging.yaml"), `secretsprovider: ${service}&profile=other\n`);
    await assert.rejects(run({ provider: service }), /stack staging has this key/);
  });

  it("puts everything back when the CLI fails or a value is lost", async () => {
    for (const [name, value] of [
      ...["0", "1", "2", "3", "4"].map((step) => ["FAKE_DIE", step] as const),
      ["FAKE_LOSE", "1"],
    ] as const) {
      faults = { [name]: value };
      await assert.rejects(run(), /\neverything is as it was$/);
      faults = {};
      await assertOpensBy(oldOne);
      assert.equal(findCopies("home", folder), undefined);
    }
    assert.match(read("governance/home/secrets.jsonl"), /"outcome":"failed"/);
  });

  /** A run that ends with the CLI: nothing can be put back any more. */
  async function cutOff(step: string) {
    faults = { FAKE_DIE: step };
    const whole = engine();
    let dead = false;
    const dying = {
      ...whole,
      lockedState: () => (dead ? Promise.reject(new Error("killed")) : whole.lockedState()),
      change: async (...args: Parameters<typeof whole.change>) => {
        dead = true;
        await whole.change(...args);
      },
    };
    const goOn =
      /putting back failed too: killed\ncopies of before are in .*npm run secrets -- home/;
    await assert.rejects(run({ engine: dying }), goOn);
    faults = {};
    printed = "";
  }

  for (const [step, said] of [
    ["0", /had changed nothing/],
    ["1", /was cut off half-way; all of it was put back/],
    ["2", /was cut off half-way; all of it was put back/],
    ["3", /was cut off half-way; all of it was put back/],
    ["4", /was cut off at its end; this one finishes it/],
  ] as const) {
    it(`goes on after a run that was cut off before write ${step}`, async () => {
      await cutOff(step);
      assert.notEqual(findCopies("home", folder), undefined);
      assert.equal(await run(), 0);
      assert.match(printed, said);
      await assertOpensBy(newOne);
      await assertCloses(oldOne);
      assert.equal(findCopies("home", folder), undefined);
    });
  }

  it("keeps the copies for its user alone, outside Git, and with nothing in clear", async () => {
    await cutOff("3");
    const copies = findCopies("home", folder);
    assert.ok(copies);
    assert.equal(statSync(copies.folder).mode & 0o077, 0);
    assert.equal(statSync(copies.stateFile).mode & 0o077, 0);
    assert.equal(readFileSync(join(copies.folder, "..", ".gitignore"), "utf8"), "*\n");
    const text = [copies.stackFile, copies.state, JSON.stringify(copies.note)].join("\n");
    for (const secret of [oldOne, newOne, inState, ...Object.values(values)]) {
      assert.ok(!text.includes(secret));
    }
  });

  it("finishes what was cut off at its end also when the new passphrase is the given one by then", async () => {
    await cutOff("4");
    assert.equal(await run({ environment: { PULUMI_CONFIG_PASSPHRASE: newOne } }), 0);
    await assertOpensBy(newOne);
  });

  it("puts nothing back over what somebody changed since, and wants the old passphrase to do it", async () => {
    await cutOff("3");
    const environment = { PULUMI_CONFIG_PASSPHRASE: newOne };
    await assert.rejects(run({ environment }), /give the passphrase of before/);
    const changed = read("Pulumi.home.yaml").replace("UTC", "Europe/Berlin");
    writeFileSync(path("Pulumi.home.yaml"), changed);
    await assert.rejects(
      run(),
      /the stack's file changed since: mend it by hand with the copies in/,
    );
    assert.equal(read("Pulumi.home.yaml"), changed);
  });
});
