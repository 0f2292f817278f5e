import assert from "node:assert/strict";
import { inventoryNames } from "../../../../config/inventory";
import { secretNames } from "../../../../config/secrets";
import type { Assignment } from "../../../../operations/secrets/import/assignment";
import { lookup } from "../../../../operations/secrets/import/lookup";
import { plainName } from "../../../../operations/secrets/import/names";
import { elsewhere, spellings } from "../../../../operations/secrets/import/knownNames";
import {
  receiverSpellings,
  registrySpellings,
} from "../../../../operations/secrets/import/partNames";
import { configOf, fullConfig } from "../../../support/secretEntries";

/** What is made of a path written with `/`: the secret, or the kind of the answer. */
function found(path: string, config = fullConfig): string {
  const assignment: Assignment = lookup(path.split("/"), config);
  return assignment.kind === "target"
    ? [assignment.target.name, ...assignment.target.part].join("/")
    : assignment.kind;
}

const snake = (name: string) => name.replace(/[A-Z]/g, (one) => `_${one.toLowerCase()}`);

describe("names of secrets that people use", () => {
  const expected: Readonly<Record<string, string>> = {
    radarrApiKey: "radarrApiKey",
    radarr_api_key: "radarrApiKey",
    RADARR_API_KEY: "radarrApiKey",
    vault_radarr_api_key: "radarrApiKey",
    "radarr-api-key": "radarrApiKey",
    RADARR__AUTH__APIKEY: "radarrApiKey",
    "radarr/apiKey": "radarrApiKey",
    "radarr/api_key": "radarrApiKey",
    "media/apps/radarr/api_key": "radarrApiKey",
    "media/media-stack-secrets/radarr-api-key": "radarrApiKey",
    "media/radarr-secrets/api-key": "radarrApiKey",
    "bramble:radarrApiKey": "radarrApiKey",
    "media/media-stack-secrets/overseerr-api-key": "overseerrApiKey",
    JELLYSEERR_API_KEY: "overseerrApiKey",
    "media/media-stack-secrets/qbittorrent-password": "qbittorrentPassword",
    QBITTORRENT_WEBUI_PASSWORD: "qbittorrentPassword",
    SAB_API_KEY: "sabnzbdApiKey",
    CF_API_TOKEN: "cloudflareApiToken",
    CLOUDFLARE_API_TOKEN: "cloudflareApiToken",
    "cert-manager/cloudflare-api-token/api-token": "cloudflareApiToken",
    "cert-manager/cloudflare-api-token-secret/api-token": "cloudflareApiToken",
    "cloudflare/api_token": "cloudflareApiToken",
    AWS_ACCESS_KEY_ID: "snapshotS3AccessKey",
    AWS_SECRET_ACCESS_KEY: "snapshotS3SecretKey",
    "kube-system/k3s-etcd-s3/etcd-s3-access-key": "snapshotS3AccessKey",
    "minio/secret_key": "snapshotS3SecretKey",
    SLACK_WEBHOOK: "alertReceivers/team/url",
    "alertmanager/slack/webhook_url": "alertReceivers/team/url",
    vault_alertmanager_slack_webhook: "alertReceivers/team/url",
    NTFY_TOKEN: "alertReceivers/phone/token",
    "alert_receivers/phone/token": "alertReceivers/phone/token",
    alertReceivers: "alertReceivers",
    "default/regcred/.dockerconfigjson/auths/ghcr.io/password":
      "registryCredentials/ghcr.io/password",
    GHCR_TOKEN: "registryCredentials/ghcr.io/password",
    registry_username: "registryCredentials/ghcr.io/username",
    vault_ssh_private_key: "sshPrivateKey",
    ansible_ssh_private_key: "sshPrivateKey",
    id_ed25519: "sshPrivateKey",
    HEALTHCHECKS_PING_URL: "heartbeatUrl",
    "argocd repository/password": "gitRepositoryToken",
    "argocd repository/sshPrivateKey": "gitRepositorySshKey",
  };
  for (const [path, target] of Object.entries(expected)) {
    it(`knows ${path}`, () => {
      assert.equal(found(path), target);
    });
  }

  it("knows every secret by its own name, or says why it belongs into no config", () => {
    for (const name of inventoryNames) {
      for (const spelled of [name, snake(name), `vault_${snake(name)}`, `x/${snake(name)}`]) {
        const assignment = lookup(spelled.split("/"), fullConfig);
        if (assignment.kind === "target") assert.equal(assignment.target.name, name, spelled);
        else if (assignment.kind === "unmapped")
          assert.notEqual(assignment.why, "no known name", spelled);
        else assert.equal(assignment.kind, "ignored", spelled);
      }
    }
    const settable = secretNames.filter((name) => found(name) === name);
    const not = secretNames.filter((name) => !settable.includes(name));
    assert.deepEqual(not.sort(), ["kubeconfig", "plexClaimToken", "trailKey"]);
    assert.equal(found("kubeconfig", configOf({})), "kubeconfig", "of an existing cluster");
  });

  it("reads no spelling as two things", () => {
    const all = [
      ...Object.values(spellings).flatMap(({ names, generic = [], atTheTop = [] }) => [
        ...names,
        ...generic,
        ...atTheTop,
      ]),
      ...[...receiverSpellings, ...registrySpellings, ...elsewhere].flatMap(({ names }) => names),
    ];
    const plain = all.map(plainName);
    const twice = plain.filter((name, index) => plain.indexOf(name) !== index);
    assert.deepEqual(twice, []);
    const restricted = ["trailKey", "plexClaimToken", "kubeconfig", "sshPrivateKey"];
    const own = secretNames.filter((name) => !restricted.includes(name));
    assert.deepEqual(
      plain.filter((name) => own.some((one) => plainName(one) === name)),
      [],
    );
  });

  it("takes no name that others use where the stack has no use for the secret", () => {
    const small = configOf({});
    for (const name of ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "ssh_private_key"]) {
      assert.equal(found(name, small), "unmapped", name);
    }
    const assignment = lookup(["cloudflare_api_token"], small);
    assert.equal(
      assignment.kind === "target" && assignment.note,
      "nothing of this stack uses it yet",
    );
  });

  it("leaves what belongs to something else alone", () => {
    for (const path of [
      ...["password", "token", "api_key", "jellyfin_api_key", "db/password", "radarr_url"],
      ...["radarr_exporter/api_key", "team/ssh-key/ssh-privatekey", "__proto__", "constructor"],
      ...[
        "radarr_api_kеy",
        "",
        "a/b/c/d",
        "default/regcred/.dockerconfigjson/auths/quay.io/password",
      ],
    ]) {
      assert.equal(found(path), "unmapped", path);
    }
  });

  it("says of tokens of the cluster that adopting takes them over", () => {
    for (const path of ["k3s_token", "K3S_TOKEN", "vault_k3s_server_token", "k3s/agent_token"]) {
      const assignment = lookup(path.split("/"), fullConfig);
      assert.match(assignment.kind === "unmapped" ? assignment.why : "", /npm run adopt/, path);
    }
  });

  it("asks which receiver or registry is meant where several could be", () => {
    const config = configOf({
      cluster: { name: "home", source: "k3s" },
      k3s: { registries: { configs: { "ghcr.io": { auth: true }, "docker.io": { auth: true } } } },
      platform: {
        monitoring: {
          receivers: ["one", "two"].map((name) => ({
            name,
            type: "slack",
            severities: ["critical"],
          })),
        },
      },
    });
    const slack = lookup(["slack_webhook"], config);
    assert.deepEqual(slack, {
      kind: "refused",
      why: "for which of one, two? Say it by --map, such as alertReceivers/one/url",
    });
    assert.equal(found("registry_password", config), "refused");
    assert.equal(
      found("x/auths/https:~~index.docker.io~v1~/password".replaceAll("~", "\0"), config),
      "unmapped",
    );
    assert.deepEqual(lookup(["auths", "https://index.docker.io/v1/", "password"], config), {
      kind: "target",
      target: { name: "registryCredentials", part: ["docker.io", "password"] },
    });
  });
});
