import assert from "node:assert/strict";
import { fileRows } from "../../../operations/scan/fileRows";
import { scanTexts } from "../../../operations/scan/scan";
import { tokenRows } from "../../../operations/scan/tokenRows";

/** Values are put together here: written out, this file would not pass its own scan. */
const base64 = (length: number) => "Zm9v".repeat(Math.ceil(length / 4)).slice(0, length);
const hex = (length: number) => "0a1b2c3d".repeat(Math.ceil(length / 8)).slice(0, length);
const encoded = (text: string) => Buffer.from(text).toString("base64");
const passphrase = ["PULUMI_CONFIG", "PASSPHRASE"].join("_");
const key = ["PRIVATE", "KEY"].join(" ");
const token = (claims: object) =>
  ["{}".padEnd(12, " "), JSON.stringify(claims), base64(30)]
    .map((part, index) =>
      index === 2
        ? part
        : `eyJ${Buffer.from(index === 0 ? '{"alg":"HS256"}' : part)
            .toString("base64url")
            .slice(3)}`,
    )
    .join(".");
const ciphertext = `v1:${base64(16)}:${base64(40)}`;
const secretKind = ["kind:", "Secret"].join(" ");

interface Case {
  readonly path: string;
  readonly text: string;
}

const at = (path: string, text: string): Case => ({ path, text });

/** What each rule finds, and what looks like it and is none. */
const cases: Readonly<Record<string, { found: readonly Case[]; clean: readonly Case[] }>> = {
  "k3s-token": {
    found: [
      at("notes.md", `K10${hex(64)}::server:${hex(32)}`),
      at("agent.sh", `--token 'K10${hex(64)}::abcdef.${hex(16)}'`),
    ],
    clean: [at("notes.md", "K10<hash of the CA>::server:<password>")],
  },
  "kubeconfig-key": {
    found: [
      at("config", `    client-key-data: ${base64(400)}\n`),
      at("config.json", `{"client-key-data": "${base64(400)}"}`),
    ],
    clean: [at("a.ts", "user['client-key-data']"), at("a.go", "client-key-data: %s")],
  },
  "age-key": {
    found: [at("keys.txt", `AGE-SECRET-KEY-1${"QPZR".repeat(15).slice(0, 58)}`)],
    clean: [at("keys.md", "begins with AGE-SECRET-KEY-1")],
  },
  "private-key": {
    found: [
      at("host", `-----BEGIN OPENSSH ${key}-----\n${base64(70)}\n-----END OPENSSH ${key}-----\n`),
      at("a.json", JSON.stringify(`-----BEGIN ${key}-----\n${base64(64)}\n`)),
      at("a.asc", `-----BEGIN PGP ${key} BLOCK-----\nVersion: 2\n\n${base64(64)}\n`),
    ],
    clean: [at("a.sh", `awk '/BEGIN .*${key}/ {n++}'`), at("a.md", `-----BEGIN ${key}-----\n…`)],
  },
  "encoded-private-key": {
    found: [at("a.yaml", `tls.key: ${encoded(`-----BEGIN EC ${key}-----\n${base64(80)}`)}`)],
    clean: [
      at("a.yaml", `tls.crt: ${encoded(`-----BEGIN CERTIFICATE-----\n${base64(80)}`)}`),
      at("a.md", `begins with ${encoded(`-----BEGIN ${key}-----`)}`),
    ],
  },
  "arr-api-key": {
    found: [at("config.xml", `<ApiKey>${hex(32)}</ApiKey>`)],
    clean: [at("a.test.ts", "<ApiKey>${key}</ApiKey>")],
  },
  "sabnzbd-api-key": {
    found: [at("sabnzbd.ini", `[misc]\napi_key = ${hex(32)}\n`)],
    clean: [at("sabnzbd.ini", "api_key = ${KEY}\n")],
  },
  "qbittorrent-password": {
    found: [at("a.conf", `WebUI\\Password_PBKDF2="@ByteArray(${base64(24)}:${base64(88)})"`)],
    clean: [at("a.sh", 'Password_PBKDF2="@ByteArray($salt:$hash)"')],
  },
  "plex-token": {
    found: [
      at("a.env.example", `CLAIM=claim-${hex(20)}`),
      at("a.sh", `curl 'http://plex:32400/?X-Plex-Token=${hex(20)}'`),
    ],
    clean: [at("a.md", "claim-xxxx"), at("a.ts", '"X-Plex-Token": token')],
  },
  "grafana-token": {
    found: [at("a.yaml", `token: glsa_${base64(32)}_${hex(8)}`)],
    clean: [at("a.md", "begins with glsa_")],
  },
  "cluster-token": {
    found: [
      at("a.yaml", token({ iss: "argocd", sub: "admin:login", nbf: 1 })),
      at("b.yaml", token({ iss: "kubernetes/serviceaccount", sub: "default" })),
    ],
    clean: [at("a.md", token({ iss: "https://example.org", sub: "anybody" }))],
  },
  "pulumi-token": {
    found: [at("a.sh", `export PULUMI_ACCESS_TOKEN=pul-${hex(40)}`)],
    clean: [at("a.sh", "export PULUMI_ACCESS_TOKEN=pul-…")],
  },
  "pulumi-passphrase": {
    found: [
      at("Makefile", `${passphrase}=hunter2 pulumi up`),
      at("ci.yml", `  ${passphrase}: "correct horse"`),
      at("a.ts", `{ ${passphrase}: "hunter2" }`),
    ],
    clean: [
      at("ci.yml", `  ${passphrase}: \${{ secrets.PASSPHRASE }}`),
      at("a.ts", `{ ${passphrase}: passphrase }`),
      at("a.sh", `${passphrase}="$phrase"`),
      at("a.sh", `${passphrase}=`),
    ],
  },
  "notification-url": {
    found: [
      at("a.json", `"https://discord.com/api/webhooks/${"1".repeat(18)}/${base64(68)}"`),
      at("a.sh", `curl https://hc-ping.com/${hex(8)}-1111-4111-8111-${hex(12)}`),
    ],
    clean: [at("a.md", "https://discord.com/api/webhooks/…"), at("a.md", "https://hc-ping.com")],
  },
  "telegram-token": {
    found: [
      at("a.json", `{"token": "123456789:AA${base64(33)}"}`),
      at("a.sh", `curl https://api.telegram.org/bot123456789:AA${base64(33)}/getMe`),
    ],
    clean: [at("a.md", "looks like 123456789:AA…")],
  },
  "stack-secret-in-clear": {
    found: [
      at("Pulumi.home.yaml", "config:\n  bramble:cloudflareApiToken: abcdef\n"),
      at("infra/Pulumi.home.yaml", "config:\n  bramble:sshPrivateKey: |\n    abc\n"),
    ],
    clean: [
      at("Pulumi.home.yaml", `config:\n  bramble:heartbeatUrl:\n    secure: ${base64(4)}\n`),
      at("Pulumi.yaml", "config:\n  cloudflareApiToken: {type: string, secret: true}\n"),
      at("docs/example.yaml", "config:\n  bramble:cloudflareApiToken: abcdef\n"),
    ],
  },
  "stack-secret-not-encrypted": {
    found: [
      at(
        "Pulumi.home.yaml",
        "encryptionsalt: v1:abc\nconfig:\n  bramble:a:\n    secure: hunter2\n",
      ),
      // A key of a passphrase cannot open it without its salt.
      at("Pulumi.home.yaml", `config:\n  bramble:a:\n    secure: ${ciphertext}\n`),
    ],
    clean: [
      at("Pulumi.a.yaml", `encryptionsalt: v1:abc\nconfig:\n  b:a:\n    secure: ${ciphertext}\n`),
      at("Pulumi.a.yaml", `encryptedkey: abc\nconfig:\n  b:a:\n    secure: ${ciphertext}\n`),
      at("Pulumi.a.yaml", `config:\n  b:a:\n    secure: AAAB${base64(60)}\n`),
    ],
  },
  "stack-key-of-another-provider": {
    found: [at("Pulumi.a.yaml", "secretsprovider: awskms://alias/a\nencryptionsalt: v1:abc\n")],
    clean: [
      at("Pulumi.a.yaml", "secretsprovider: passphrase\nencryptionsalt: v1:abc\n"),
      at("Pulumi.a.yaml", "secretsprovider: awskms://alias/a\nencryptedkey: abc\n"),
    ],
  },
  "state-in-clear": {
    found: [
      at(
        "state.json",
        `{"${["4dabf18193072939", "515e22adb298388d"].join("")}": "1b47", "plaintext": "\\"x\\""}`,
      ),
    ],
    clean: [
      at(
        "state.json",
        `{"${["4dabf18193072939", "515e22adb298388d"].join("")}": "1b47", "ciphertext": "v1:a"}`,
      ),
    ],
  },
  "secret-manifest": {
    found: [
      at("a.yaml", `${secretKind}\nstringData:\n  password: hunter2\n`),
      at("b.yaml", `kind: ConfigMap\n---\n${secretKind}\ndata:\n  key: aHVudGVyMg==\n`),
      at("c.json", `{"kind": "${secretKind.slice(6)}", "data": {"key": "aHVudGVyMg=="}}`),
    ],
    clean: [
      at("a.yaml", `${secretKind}\nstringData:\n  password: ENC[AES256_GCM,data:x]\n`),
      at("b.yaml", `${secretKind}\ntype: kubernetes.io/service-account-token\n`),
      at("c.yaml", "kind: SealedSecret\nspec:\n  encryptedData:\n    key: AgB\n"),
      at("d.yaml", `${secretKind}\nstringData:\n  password: "{{ .Values.password }}"\n`),
    ],
  },
  "vault-password-file": {
    found: [at(".vault_pass", "hunter2\n"), at("ansible/vault-password.txt", "hunter2\n")],
    clean: [at(".vault_pass", "#!/bin/sh\nsecret-tool lookup vault home\n")],
  },
  "vault-in-clear": {
    found: [at("group_vars/all/vault.yml", "db_password: hunter2\n")],
    clean: [
      at("group_vars/all/vault.yml", "$ANSIBLE_VAULT;1.1;AES256\n6162\n"),
      at("group_vars/all/vars.yml", "db_user: me\n"),
    ],
  },
  "sops-in-clear": {
    found: [at("secrets.sops.yaml", "password: hunter2\n"), at("a.enc.env", "A=b\n")],
    clean: [at("secrets.sops.yaml", "password: ENC[AES256_GCM]\nsops:\n  version: 3.9.0\n")],
  },
  dotenv: {
    found: [at(".env", "RADARR_API_KEY=abcdef\n"), at("deploy/prod.env", "export TOKEN='a b'\n")],
    clean: [
      at(".env.example", "RADARR_API_KEY=abcdef\n"),
      at(".env", "TZ=Europe/London\nTOKEN=${TOKEN}\n"),
      at("a.env", "API_KEY=ENC[AES256_GCM,data:YQ==]\nsops_hc_vault__list_0__map_key_name=x\n"),
    ],
  },
  "key-file": {
    found: [at("keys/id_ed25519", "anything\n"), at("home.p12", "bytes\n")],
    clean: [at("keys/id_ed25519.pub", "ssh-ed25519 AAAA\n")],
  },
};

describe("rules of the scan", () => {
  it("each have cases", () => {
    const rules = [...fileRows, ...tokenRows].map(({ id }) => id);
    assert.deepEqual(Object.keys(cases).sort(), rules.sort());
  });

  for (const [rule, { found, clean }] of Object.entries(cases)) {
    it(`${rule} finds what it is for, and nothing that looks like it`, async () => {
      for (const one of found) {
        const rules = (await scanTexts([one])).map((finding) => finding.rule);
        assert.ok(rules.includes(rule), `${one.path}: ${one.text}`);
      }
      for (const one of clean) {
        const rules = (await scanTexts([one])).map((finding) => finding.rule);
        assert.ok(!rules.includes(rule), `${one.path}: ${one.text}`);
      }
    });
  }

  it("do not repeat what they found", async () => {
    for (const { found } of Object.values(cases)) {
      for (const one of found) {
        const told = JSON.stringify(await scanTexts([one]));
        for (const value of one.text.match(/\b(hunter2|abcdef|(0a1b2c3d){2,}|(Zm9v){3,})\b/g) ??
          []) {
          assert.ok(!told.includes(value), told);
        }
      }
    }
  });

  it("of secretlint speak as well", async () => {
    const github = `token = ghp_${base64(36)}\n`;
    const [first, second, ...more] = await scanTexts([
      at("a.ini", `\n\n${github}`),
      at("b.txt", `git clone https://me:${hex(20)}@git.example.org\n`),
    ]);
    assert.deepEqual([first?.path, first?.line, first?.rule], ["a.ini", 3, "github"]);
    assert.deepEqual([second?.path, second?.line, second?.rule], ["b.txt", 1, "basicauth"]);
    assert.deepEqual(more, []);
  });
});
