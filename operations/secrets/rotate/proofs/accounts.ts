import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { appBackupDestination } from "../../../../config/appBackupsSchema";
import { readReceiverSecrets } from "../../../../config/receivers";
import { readRegistryCredentials } from "../../../../config/registryCredentials";
import { registriesWithLogin } from "../../../../config/secrets";
import { kubectlWith } from "../../../cluster/kubectl";
import { withPrivateFolder } from "../../../privateFolder";
import type { Proof } from "../proof";
import { accepted, ask, basic } from "./ask";
import { listOne } from "./s3";

/** Both are accepted as long as whoever issued them lets both be. */
const untilRevoked = "is yours to revoke where you got it, once this is done";

/** Cloudflare lets the token list zones, which both kinds of tokens may that Bramble asks for. */
export const cloudflare: Proof = {
  before: (_context, token) =>
    accepted("https://api.cloudflare.com/client/v4/zones?per_page=1", {
      headers: { Authorization: `Bearer ${token}` },
    }),
  old: untilRevoked,
};

/** A token of a registry that gives tokens, where it asks for one. */
function tokenService(challenge: string): string | undefined {
  const field = (name: string) => new RegExp(`${name}="([^"]+)"`, "i").exec(challenge)?.[1];
  const realm = field("realm");
  if (realm === undefined || !/^bearer /i.test(challenge)) return undefined;
  const url = new URL(realm);
  const service = field("service");
  if (service !== undefined) url.searchParams.set("service", service);
  return url.href;
}

/** Registries let each user in. */
export const registry: Proof = {
  before: async ({ config }, text) => {
    const logins = readRegistryCredentials(text);
    const seen: string[] = [];
    for (const name of registriesWithLogin(config)) {
      const { username = "", password = "" } = logins[name] ?? {};
      const headers = basic(username, password);
      const base = `https://${name === "docker.io" ? "registry-1.docker.io" : name}/v2/`;
      const { headers: answer } = await ask(base);
      const service = tokenService(answer.get("www-authenticate") ?? "");
      seen.push(await accepted(service ?? base, { headers }));
    }
    return seen.join("; ");
  },
  old: `stays good until each host has its turn, then ${untilRevoked}`,
};

/** The store lists the bucket; both keys are tried together. */
export const s3: Proof = {
  before: async ({ config, value }) => {
    const place = config.k3s.snapshots.offHost?.s3 ?? appBackupDestination(config)?.s3;
    if (place === undefined) throw new Error("no S3 store is named");
    const [accessKey, secretKey] = [
      await value("snapshotS3AccessKey"),
      await value("snapshotS3SecretKey"),
    ];
    return listOne(place, accessKey ?? "", secretKey ?? "");
  },
  old: untilRevoked,
};

/** A kubeconfig opens the cluster. The file is gone afterwards. */
export const kubeconfig: Proof = {
  before: ({ config }, text) =>
    withPrivateFolder(async (folder) => {
      const file = join(folder, "kubeconfig");
      writeFileSync(file, text, { mode: 0o600 });
      const kubectl = kubectlWith(file, config.cluster.context);
      const may = await kubectl(["auth", "can-i", "get", "namespaces"]);
      if (may.trim() !== "yes") throw new Error("it may not list namespaces");
      return "it opens the cluster";
    }),
  old: "stays good until it expires: it cannot be revoked",
};

/** The kinds that tell whose token or URL it is without sending anything. */
export const receivers: Proof = {
  before: async ({ config }, text) => {
    const secrets = readReceiverSecrets(text);
    const seen: string[] = [];
    for (const { name, type } of config.platform.monitoring.receivers) {
      const { url = "", token = "" } = secrets[name] ?? {};
      if (type === "discord") seen.push(`${name}: ${await accepted(url)}`);
      else if (type === "telegram") {
        seen.push(`${name}: ${await accepted(`https://api.telegram.org/bot${token}/getMe`)}`);
      } else seen.push(`${name}: shows with the next alert`);
    }
    return seen.join("; ");
  },
  old: untilRevoked,
};

/** The heartbeat's service answers to the URL. */
export const heartbeat: Proof = {
  before: (_context, url) => accepted(url),
  old: untilRevoked,
};
