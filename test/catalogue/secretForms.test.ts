import assert from "node:assert/strict";
import { secretForm, type SecretFormId, secretForms } from "../../catalogue/secretForms";
import { clearSecretProblems } from "../../config/clearSecrets";

/** Put together here: written out, this file would not pass the scan. */
const some = (length: number) => "0a1b2c3d".repeat(Math.ceil(length / 8)).slice(0, length);
const key = ["PRIVATE", "KEY"].join(" ");
const encoded = (kind: string) => Buffer.from(`-----BEGIN ${kind}${key}-----\n`).toString("base64");

/** Texts that hold each, among whatever else. */
const examples: Readonly<Record<SecretFormId, readonly string[]>> = {
  "private-key": ["", "RSA ", "EC ", "OPENSSH ", "ENCRYPTED "]
    .map((kind) => `-----BEGIN ${kind}${key}-----\nabc`)
    .concat(`a\n-----BEGIN PGP ${key} BLOCK-----`),
  "encoded-private-key": ["", "RSA ", "EC ", "OPENSSH "].map((kind) => `key: ${encoded(kind)}`),
  "age-key": [`AGE-SECRET-KEY-1${"Q".repeat(8)}`, "AGE-SECRET-KEY-PQ-1Q", "AGE-SECRET-KEY-1"],
  "k3s-token": [`K10${some(64)}::server:word`, `--token=K10${some(64)}::`],
  "url-password": ["https://me:word@host", "oci://:w$rd@host/x", "amqp://me:<word>@mq:5672/a"],
  "url-password-in-a-script": ["curl https://me:word@host/x", "HTTP://me:word@host"],
  "github-token": ["p", "o", "u", "s", "r"]
    .map((kind) => `gh${kind}_${some(36)}`)
    .concat(`github_pat_${some(22)}`),
  "gitlab-token": [`glpat-${some(20)}`],
  "grafana-token": [`glsa_${some(32)}_${some(8)}`, `glc_${some(40)}`],
  "pulumi-token": [`token: pul-${some(40)}`],
  "telegram-token": [`https://api.telegram.org/bot123456789:AA${some(33)}/sendMessage`],
  "chat-hook": [
    "https://hooks.slack.com/services/T",
    `https://discord.com/api/webhooks/${some(1)}`,
    `https://discordapp.com/api/webhooks/0`,
  ],
  "heartbeat-url": [`https://hc-ping.com/${some(8)}-1111-4111-8111-${some(12)}`],
  "web-token": [`Bearer eyJ${some(12)}.eyJ${some(12)}.${some(12)}`],
  "aws-key": [`AKIA${"Q".repeat(16)}`, `ASIA${"Q".repeat(16)}`],
  "bcrypt-hash": [`$2y$10$${some(53)}`],
};

/** Forms that one of the two may pass over, each with a reason beside its row. */
const passedOver: readonly SecretFormId[] = [
  "url-password",
  "url-password-in-a-script",
  "web-token",
  "aws-key",
  "bcrypt-hash",
];

describe("forms that only secrets have", () => {
  for (const [id, { what, refusedIn }] of Object.entries(secretForms)) {
    it(`${id}: is refused by ${refusedIn.join(" and ")}, and not repeated`, () => {
      for (const text of examples[id as SecretFormId]) {
        if (refusedIn.includes("policy")) assert.equal(secretForm(text, "policy"), what, text);
        if (!refusedIn.includes("configuration")) continue;
        const problems = clearSecretProblems({ a: { list: ["x", text] } });
        assert.equal(problems.length, 1, text);
        assert.equal(problems[0]?.path, "a.list[1]");
        assert.ok(problems[0].message.startsWith(`holds ${what} in clear text`));
        assert.ok(!problems[0].message.includes(text));
      }
    });
  }

  it("are refused by both, but for those whose rows say why not", () => {
    const some = Object.entries(secretForms).filter(([, { refusedIn }]) => refusedIn.length < 2);
    assert.deepEqual(
      some.map(([id]) => id),
      passedOver,
    );
  });

  it("are not seen in what only speaks of secrets", () => {
    const texts = [
      "https://host.lan:8443/a@b",
      "git@github.com:me/repo.git",
      "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI me@desk",
      "-----BEGIN CERTIFICATE-----\nabc",
      "-----BEGIN PUBLIC KEY-----",
      Buffer.from("-----BEGIN CERTIFICATE-----\nabc").toString("base64"),
      "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kudexample",
      "K10<hash>::server:<password>",
      "https://discord.com/developers",
      "sha256:" + some(64),
    ];
    for (const text of texts) {
      assert.deepEqual(clearSecretProblems({ text }), []);
      assert.equal(secretForm(text, "policy"), undefined, text);
    }
    // What a shell fills in is no secret in the text of a script.
    assert.equal(secretForm('curl "https://$user:$word@host"', "policy"), undefined);
  });

  it("takes no minutes to look for in what a ConfigMap may hold", () => {
    assert.equal(secretForm("a.".repeat(2 ** 18), "policy"), undefined);
  });
});
