import { stringify } from "yaml";
import { type ExpectedEntry, type Maker, sealed } from "./made";
import { edgeNames, edgeValues } from "./values";
import type { Workshop } from "./workshop";

export const ageKey = "throwaway-keys/age.txt";
const otherKey = "throwaway-keys/age-other.txt";
const hybridKey = "throwaway-keys/age-hybrid.txt";
const keys = { identityFiles: [ageKey] };

/** The public half of an age key, which is made when it is not there. */
async function recipient({ run, read, write }: Workshop, name: string): Promise<string> {
  const age = await import("age-encryption");
  try {
    read(name);
  } catch {
    const text =
      name === hybridKey ? `${await age.generateHybridIdentity()}\n` : await run("age-keygen", []);
    write(name, text);
  }
  const [identity = ""] = /AGE-SECRET-KEY-\S+/.exec(read(name)) ?? [];
  return age.identityToRecipient(identity);
}

interface Options {
  readonly type?: "yaml" | "json" | "dotenv" | "ini";
  readonly args?: readonly string[];
  /** Key files of the recipients. */
  readonly to?: readonly string[];
  /** What only a rule in SOPS' own config can say. */
  readonly rule?: Readonly<Record<string, unknown>>;
}

/** Lets sops encrypt a text into a file. */
export async function encrypt(
  workshop: Workshop,
  name: string,
  text: string,
  { type = "yaml", args = [], to = [ageKey], rule }: Options = {},
): Promise<void> {
  const recipients: string[] = [];
  for (const file of to) recipients.push(await recipient(workshop, file));
  const age = recipients.join();
  const ages = age === "" || rule !== undefined ? [] : ["--age", age];
  const config = rule === undefined ? [] : ["--config", "rules.yaml"];
  const types = ["--input-type", type, "--output-type", type];
  workshop.write("plain", text);
  const creation = { ...(age === "" ? {} : { age }), ...rule };
  workshop.write("rules.yaml", stringify({ creation_rules: [creation] }));
  try {
    const argv = [...config, "encrypt", ...ages, ...args, ...types, "plain"];
    workshop.write(name, await workshop.run("sops", argv));
  } finally {
    workshop.remove("plain");
    workshop.remove("rules.yaml");
  }
}

const edges = (under: readonly string[] = []): ExpectedEntry[] =>
  sealed(edgeNames.map((name) => [[...under, name], edgeValues[name]] as const));

const typed = `# canary comment
map:
  # inner comment
  text: canary
  int: 42
  negative: -7
  float: 1.50
  large: 12345678901234567890123.5
  small: 0.00000125
  yes: true
  no: false
  nothing: null
  time: 2026-11-21T10:00:00Z
list:
  # comment in a list
  - canary-1
  - name: canary-2 # behind it
  - [canary-3, 4]
  - null
  - canary-5
plain_unencrypted:
  text: "007"
  int: 42
  float: 0.25
  large: 1.0e+30
  tiny: 1.0e-7
  yes: true
  version: 1.2.3
  range: 10.0.0.1/24
  duration: 5m
  clock: 10:30
  dashes: 2026-11
  zeros: "0123"
  list: [1, two]
`;

const typedEntries: readonly ExpectedEntry[] = [
  ...sealed([
    [["map", "text"], "canary"],
    [["map", "int"], "42"],
    [["map", "negative"], "-7"],
    [["map", "float"], "1.5"],
    [["map", "large"], "12345678901234568000000"],
    [["map", "small"], "0.00000125"],
    [["map", "yes"], "true"],
    [["map", "no"], "false"],
    [["map", "time"], "2026-11-21T10:00:00Z"],
    [["list", "0"], "canary-1"],
    [["list", "1", "name"], "canary-2"],
    [["list", "2", "0"], "canary-3"],
    [["list", "2", "1"], "4"],
    [["list", "4"], "canary-5"],
  ]),
  ...(
    [
      ["text", "007"],
      ["int", "42"],
      ["float", "0.25"],
      ["large", "1e+30"],
      ["tiny", "1e-07"],
      ["yes", "true"],
      ["version", "1.2.3"],
      ["range", "10.0.0.1/24"],
      ["duration", "5m"],
      ["clock", "10:30"],
      ["dashes", "2026-11"],
      ["zeros", "0123"],
    ] as const
  ).map(([key, value]) => ({ path: ["plain_unencrypted", key], value, encrypted: false })),
  { path: ["plain_unencrypted", "list", "0"], value: "1", encrypted: false },
  { path: ["plain_unencrypted", "list", "1"], value: "two", encrypted: false },
];

const manifest = `apiVersion: v1
kind: Secret
metadata:
  name: canary
  namespace: media
type: Opaque
stringData:
  text: canary-text
data:
  encoded: ${Buffer.from("canary-encoded").toString("base64")}
`;

/** A value in an ini file: quotes of three keep all but themselves. */
const inIni = (value: string): string => `"""${value}"""`;

/** Go's ini library takes spaces from the ends, whatever the quotes. */
const iniNames = edgeNames.filter((name) => !["spaces", "lines", "pem", "empty"].includes(name));

const rule = (name: string, args: readonly string[], clear: string, secret: string): Maker => ({
  ...{ name, needs: ["sops", "age-keygen"] },
  make: async (workshop) => {
    const text = stringify({ [clear]: { key: "in clear" }, [secret]: { key: "canary" } });
    await encrypt(workshop, name, text, { args });
    return {
      ...{ format: "sops-yaml", keys },
      expected: [
        { path: [clear, "key"], value: "in clear", encrypted: false },
        { path: [secret, "key"], value: "canary", encrypted: true },
      ],
    };
  },
});

/** Files of SOPS. */
export const sopsMakers: readonly Maker[] = [
  {
    ...{ name: "sops-edges.yaml", needs: ["sops", "age-keygen"] },
    make: async (workshop) => {
      await encrypt(workshop, "sops-edges.yaml", stringify({ canary: edgeValues }));
      return { format: "sops-yaml", keys, expected: edges(["canary"]) };
    },
  },
  {
    ...{ name: "sops-edges.json", needs: ["sops", "age-keygen"] },
    make: async (workshop) => {
      const text = JSON.stringify({ canary: edgeValues, list: [1, true, "x"] });
      await encrypt(workshop, "sops-edges.json", text, { type: "json" });
      const list = [
        ["list", "0"],
        ["list", "1"],
        ["list", "2"],
      ] as const;
      const values = ["1", "true", "x"];
      const rest = sealed(list.map((path, index) => [path, values[index] ?? ""] as const));
      return { format: "sops-json", keys, expected: [...edges(["canary"]), ...rest] };
    },
  },
  {
    ...{ name: "sops-edges.env", needs: ["sops", "age-keygen"] },
    make: async (workshop) => {
      const lines = edgeNames.map(
        (name) => `${name}=${edgeValues[name].replaceAll("\n", "\\n")}\n`,
      );
      const text = ["# comment\n", ...lines, `QUOTED="in quotes"\n`].join("");
      await encrypt(workshop, "sops-edges.env", text, { type: "dotenv" });
      const quoted = sealed([[["QUOTED"], "in quotes"]]);
      return { format: "sops-dotenv", keys, expected: [...edges(), ...quoted] };
    },
  },
  {
    ...{ name: "sops-edges.ini", needs: ["sops", "age-keygen"] },
    make: async (workshop) => {
      const lines = iniNames.map((name) => `${name} = ${inIni(edgeValues[name])}\n`);
      const first = "; comment\nglobal = canary-global\n";
      await encrypt(
        workshop,
        "sops-edges.ini",
        `${first}[first.part]\n${lines.join("")}[second]\nkey=canary\nlines = """one\ntwo"""\nkey_unencrypted = in clear\n`,
        { type: "ini" },
      );
      return {
        ...{ format: "sops-ini", keys },
        expected: [
          ...sealed([[["DEFAULT", "global"], "canary-global"]]),
          ...sealed(iniNames.map((name) => [["first.part", name], edgeValues[name]] as const)),
          ...sealed([
            [["second", "key"], "canary"],
            [["second", "lines"], "one\ntwo"],
          ]),
          { path: ["second", "key_unencrypted"], value: "in clear", encrypted: false },
        ],
      };
    },
  },
  ...(["dotenv", "ini"] as const).map((type): Maker => {
    const name = `sops-one.${type === "dotenv" ? "env" : "ini"}`;
    return {
      ...{ name, needs: ["sops", "age-keygen"] },
      make: async (workshop) => {
        const text = `${type === "ini" ? "[part]\n" : ""}key=canary-one\nother_unencrypted=clear\n`;
        await encrypt(workshop, name, text, { type });
        const under = type === "ini" ? ["part"] : [];
        return {
          ...{ format: `sops-${type}`, keys },
          expected: [
            { path: [...under, "key"], value: "canary-one", encrypted: true },
            { path: [...under, "other_unencrypted"], value: "clear", encrypted: false },
          ],
        };
      },
    };
  }),
  {
    ...{ name: "sops-types.yaml", needs: ["sops", "age-keygen"] },
    make: async (workshop) => {
      await encrypt(workshop, "sops-types.yaml", typed);
      return { format: "sops-yaml", keys, expected: typedEntries };
    },
  },
  {
    ...{ name: "sops-mac-only-encrypted.yaml", needs: ["sops", "age-keygen"] },
    make: async (workshop) => {
      const name = "sops-mac-only-encrypted.yaml";
      await encrypt(workshop, name, typed, { rule: { mac_only_encrypted: true } });
      return { format: "sops-yaml", keys, expected: typedEntries };
    },
  },
  {
    ...{ name: "sops-documents.yaml", needs: ["sops", "age-keygen"] },
    make: async (workshop) => {
      const text = "first: canary-1\nmap: {key: canary-2}\n---\nfirst: canary-3\n";
      await encrypt(workshop, "sops-documents.yaml", text);
      return {
        ...{ format: "sops-yaml", keys },
        expected: [
          { path: ["first"], value: "canary-1", encrypted: true, document: 1 },
          { path: ["map", "key"], value: "canary-2", encrypted: true, document: 1 },
          { path: ["first"], value: "canary-3", encrypted: true, document: 2 },
        ],
      };
    },
  },
  {
    ...{ name: "sops-secret.yaml", needs: ["sops", "age-keygen"] },
    make: async (workshop) => {
      const args = ["--encrypted-regex", "^(data|stringData)$"];
      await encrypt(workshop, "sops-secret.yaml", manifest, { args });
      return {
        ...{ format: "sops-yaml", keys },
        expected: sealed([
          [["media", "canary", "encoded"], "canary-encoded"],
          [["media", "canary", "text"], "canary-text"],
        ]),
      };
    },
  },
  rule("sops-encrypted-suffix.yaml", ["--encrypted-suffix", "_secret"], "clear", "a_secret"),
  rule("sops-unencrypted-suffix.yaml", ["--unencrypted-suffix", "_clear"], "a_clear", "secret"),
  rule("sops-unencrypted-regex.yaml", ["--unencrypted-regex", "(?i)^CLEAR$"], "clear", "secret"),
  rule("sops-go-regex.yaml", ["--encrypted-regex", "^my((?i)pass|Key)\\z"], "mypassage", "myPASS"),
  {
    ...{ name: "sops-recipients.yaml", needs: ["sops", "age-keygen"] },
    make: async (workshop) => {
      const to = [otherKey, ageKey];
      await encrypt(workshop, "sops-recipients.yaml", "key: canary\n", { to });
      return { format: "sops-yaml", keys, expected: sealed([[["key"], "canary"]]) };
    },
  },
  {
    ...{ name: "sops-hybrid.yaml", needs: ["sops"] },
    make: async (workshop) => {
      await encrypt(workshop, "sops-hybrid.yaml", "key: canary\n", { to: [hybridKey] });
      const expected = sealed([[["key"], "canary"]]);
      return { format: "sops-yaml", keys: { identityFiles: [hybridKey] }, expected };
    },
  },
  {
    ...{ name: "sops-binary", needs: ["sops", "age-keygen"] },
    make: async (workshop) => {
      const to = await recipient(workshop, ageKey);
      workshop.write("plain", "canary of a whole file\n");
      workshop.write("sops-binary", await workshop.run("sops", ["encrypt", "--age", to, "plain"]));
      workshop.remove("plain");
      const expected = sealed([[["data"], "canary of a whole file\n"]]);
      return { format: "sops-json", keys, expected };
    },
  },
  {
    ...{ name: "sops-groups.yaml", needs: ["sops", "age-keygen"], bySops: true },
    make: async (workshop) => {
      const groups = [];
      for (const file of [ageKey, otherKey])
        groups.push({ age: [await recipient(workshop, file)] });
      const rule = { shamir_threshold: 2, key_groups: groups };
      await encrypt(workshop, "sops-groups.yaml", "key: canary\n", { rule, to: [] });
      const expected = sealed([[["key"], "canary"]]);
      return { format: "sops-yaml", keys: { identityFiles: [ageKey, otherKey] }, expected };
    },
  },
  {
    ...{ name: "sops-comment-regex.yaml", needs: ["sops", "age-keygen"], bySops: true },
    make: async (workshop) => {
      const text = "clear: in clear\n# sops:encrypt\nsecret: canary\n";
      const rule = { encrypted_comment_regex: "sops:encrypt" };
      await encrypt(workshop, "sops-comment-regex.yaml", text, { rule });
      return {
        ...{ format: "sops-yaml", keys },
        expected: [
          { path: ["clear"], value: "in clear", encrypted: false },
          { path: ["secret"], value: "canary", encrypted: true },
        ],
      };
    },
  },
  {
    ...{ name: "sops-clear-time.yaml", needs: ["sops", "age-keygen"], bySops: true },
    make: async (workshop) => {
      const text = "at_unencrypted: 2026-11-21\nkey: canary\n";
      await encrypt(workshop, "sops-clear-time.yaml", text);
      return {
        ...{ format: "sops-yaml", keys },
        expected: [
          { path: ["at_unencrypted"], value: "2026-11-21T00:00:00Z", encrypted: false },
          { path: ["key"], value: "canary", encrypted: true },
        ],
      };
    },
  },
  {
    ...{ name: "sops-ssh.yaml", needs: ["sops", "ssh-keygen"], bySops: true },
    make: async (workshop) => {
      // Where SOPS looks for it.
      const key = "home/.ssh/id_ed25519";
      workshop.write("home/.ssh/config", "");
      await workshop.run("ssh-keygen", [
        "-q",
        "-t",
        "ed25519",
        "-N",
        "",
        "-C",
        "canary",
        "-f",
        key,
      ]);
      const args = ["--age", workshop.read(`${key}.pub`).trim()];
      await encrypt(workshop, "sops-ssh.yaml", "key: canary\n", { args, to: [] });
      return { format: "sops-yaml", expected: sealed([[["key"], "canary"]]) };
    },
  },
  {
    ...{ name: "sops-pgp.yaml", needs: ["sops", "gpg"], bySops: true },
    make: async (workshop) => {
      const user = "Canary Test Key <canary@example.invalid>";
      const quiet = ["--batch", "--quiet", "--pinentry-mode", "loopback", "--passphrase", ""];
      await workshop.run("gpg", [...quiet, "--quick-gen-key", user, "default", "default", "never"]);
      const listed = await workshop.run("gpg", ["--list-keys", "--with-colons", user]);
      const [, fingerprint = ""] = /^fpr:+([0-9A-F]{40}):/m.exec(listed) ?? [];
      const args = ["--pgp", fingerprint];
      await encrypt(workshop, "sops-pgp.yaml", "key: canary\n", { args, to: [] });
      return { format: "sops-yaml", expected: sealed([[["key"], "canary"]]) };
    },
  },
];
