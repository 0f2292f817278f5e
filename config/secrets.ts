import { closedSecret } from "./closedSecret";
import { receiverSecretKeys, receiverSecretMistakes } from "./receivers";
import { isSshRepository } from "./deliverySchema";
import { copiesGoTo } from "./appBackupsSchema";
import { registryCredentialMistakes } from "./registryCredentials";
import type { Config } from "./schema";

/** One secret of a stack: its key in the stack's encrypted config and what it is for. */
export interface SecretRow {
  /** What it is, for `docs/configuration.md` and error lines. */
  readonly description: string;
  /** How a person gets a value; finishes the sentence "set it with …". */
  readonly source: string;
  /** Whether the stack cannot run without it. */
  readonly required: (config: Config) => boolean;
  /** What is wrong with a value's form, without a word of it. */
  readonly mistakes?: (text: string, config: Config) => readonly string[];
}

const never = (): boolean => false;

/** The registries that the secret `registryCredentials` logs in to. */
export function registriesWithLogin({ k3s }: Config): string[] {
  return Object.entries(k3s.registries.configs)
    .filter(([, { auth }]) => auth)
    .map(([registry]) => registry);
}

/** The row of a key that Bramble generates unless the stack config brings one. */
function generated(app: string, what: "API key" | "password"): SecretRow {
  return {
    description: `The ${what} of ${app}. Generated unless set.`,
    source: `the ${what} of the running ${app}, to keep it`,
    required: never,
  };
}

/**
 * Every secret a stack may be given, by its config key. Values live only in the stack's encrypted
 * config; what Bramble generates itself (tokens, passwords) lives in the encrypted state.
 */
export const secretRows = {
  sshPrivateKey: {
    description: "Private key that opens the hosts, in OpenSSH's format.",
    source: "< ~/.ssh/id_ed25519",
    required: (config) => config.cluster.source === "k3s" && config.ssh.auth === "key",
  },
  kubeconfig: {
    description: "kubeconfig of an existing cluster.",
    source: "< ~/.kube/config",
    required: (config) =>
      config.cluster.source === "existing" && config.cluster.kubeconfigPath === undefined,
  },
  registryCredentials: {
    description:
      'Log-ins of registries with `auth: true`, as JSON: `{"<registry>": {"username": "…", "password": "…"}}`.',
    source: "the JSON in one line",
    required: (config) => registriesWithLogin(config).length > 0,
    mistakes: (text, config) => registryCredentialMistakes(text, registriesWithLogin(config)),
  },
  snapshotS3AccessKey: {
    description: "Access key id of the S3 store that takes copies.",
    source: "the access key id",
    required: (config) => copiesGoTo(config, "s3"),
  },
  snapshotS3SecretKey: {
    description: "Secret access key of that store.",
    source: "the secret access key",
    required: (config) => copiesGoTo(config, "s3"),
  },
  snapshotSshKey: {
    description:
      "Private key, in OpenSSH's format and without passphrase, that opens the machine which takes copies.",
    source: "< ~/.ssh/bramble-copies",
    required: (config) => copiesGoTo(config, "ssh"),
  },
  cloudflareApiToken: {
    description:
      "API token of Cloudflare with Zone:Read and DNS:Edit on the zone, for `platform.certManager.dns01`.",
    source: "a token from https://dash.cloudflare.com/profile/api-tokens",
    required: ({ platform: { certManager } }) =>
      certManager.enabled && certManager.dns01?.provider === "cloudflare",
  },
  alertReceivers: {
    description:
      'URLs, tokens and passwords of `platform.monitoring.receivers`, as JSON: `{"<receiver>": {"url": "…"}}`. Each needs what its type has: `url` (webhook, ntfy, slack, discord), `token` (telegram, or `auth: true`), `password` (e-mail with `username`).',
    source: "the JSON in one line",
    required: ({ platform: { monitoring } }) =>
      monitoring.enabled && monitoring.receivers.some((row) => receiverSecretKeys(row).length > 0),
    mistakes: (text, { platform: { monitoring } }) =>
      receiverSecretMistakes(text, monitoring.receivers),
  },
  heartbeatUrl: {
    description:
      "URL that `platform.monitoring.heartbeat` calls, such as one of https://healthchecks.io.",
    source: "the ping URL of that service",
    required: ({ platform: { monitoring } }) => monitoring.enabled && monitoring.heartbeat,
    mistakes: (text) =>
      text === closedSecret || /^https?:\/\/\S/.test(text) ? [] : ["is no http(s) URL"],
  },
  plexClaimToken: {
    description:
      "Claim token from https://plex.tv/claim, valid for about four minutes. Needed once, while Plex is unclaimed.",
    source: "a token from https://plex.tv/claim",
    required: never,
  },
  gitRepositoryToken: {
    description: "Access token with which Argo CD reads `delivery.repository` over HTTPS.",
    source: "a token that may read this repository and nothing else",
    required: never,
  },
  gitRepositorySshKey: {
    description: "Private key with which Argo CD reads `delivery.repository` over SSH.",
    source: "< the private half of a read-only deploy key",
    required: ({ delivery: { by, repository } }) =>
      by === "argocd" && repository !== undefined && isSshRepository(repository),
  },
  gitopsNotificationUrl: {
    description: "Where Argo CD tells of failed syncs: the URL of a webhook or an ntfy topic.",
    source: "the URL",
    required: ({ delivery: { by, notifications } }) => by === "argocd" && notifications !== "none",
  },
  gitopsNotificationToken: {
    description: "Bearer token for `gitopsNotificationUrl`, where it wants one.",
    source: "the token",
    required: never,
  },
  prowlarrApiKey: generated("Prowlarr", "API key"),
  radarrApiKey: generated("Radarr", "API key"),
  sonarrApiKey: generated("Sonarr", "API key"),
  lidarrApiKey: generated("Lidarr", "API key"),
  sabnzbdApiKey: generated("SABnzbd", "API key"),
  overseerrApiKey: generated("Overseerr", "API key"),
  qbittorrentPassword: generated("qBittorrent", "password"),
  mediaLoginPassword: {
    description:
      "The password of `media.login.user` in Prowlarr, Radarr, Sonarr, Lidarr and SABnzbd. Generated unless set.",
    source: "a password of your own",
    required: never,
  },
  trailKey: {
    description:
      "Key of the fingerprints in the trail of secrets. Made by the first command that notes one.",
    source: "what `openssl rand -hex 32` prints",
    required: never,
  },
} as const satisfies Record<string, SecretRow>;

/** The config key of a secret. */
export type SecretName = keyof typeof secretRows;

/** The names of all secrets, in the table's order. */
export const secretNames = Object.keys(secretRows) as SecretName[];

/** The command that sets a secret, as error lines print it. It never holds the value. */
export function setSecretCommand(stack: string, name: SecretName): string {
  const { source } = secretRows[name];
  const redirect = source.startsWith("<") ? ` ${source}` : "";
  return `pulumi config set --secret ${name} --stack ${stack}${redirect}`;
}
