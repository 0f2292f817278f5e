import { charts } from "../catalogue/charts";
import { closedSecret } from "./closedSecret";
import { receiverSecretKeys, receiverSecretMistakes } from "./receivers";
import { isSshRepository } from "./deliverySchema";
import { copiesGoTo } from "./appBackupsSchema";
import { kubeconfigMistakes } from "./kubeconfigMistakes";
import { registryCredentialMistakes } from "./registryCredentials";
import type { Config } from "./schema";
import { mediaSecretRows } from "./mediaSecretRows";
import type { SecretRow } from "./secretRow";
import { sshKeyMistakes } from "./sshKeyMistakes";

const never = (): boolean => false;

/** The registries that the secret `registryCredentials` logs in to. */
export function registriesWithLogin({ k3s }: Config): string[] {
  return Object.entries(k3s.registries.configs)
    .filter(([, { auth }]) => auth)
    .map(([registry]) => registry);
}

/** A value that a person brings and replaces. */
const given = { kind: "given", rotation: { by: "value" }, rotationDays: 365 } as const;

const onOwnHosts = ({ cluster }: Config): boolean => cluster.source === "k3s";

/** Who sends copies off the hosts. */
const copiers = ["copies of snapshots and volumes", "copies of the apps' configurations"];

const wantsCloudflare = ({ platform: { certManager } }: Config): boolean =>
  certManager.enabled && certManager.dns01?.provider === "cloudflare";

const hasSecretReceivers = ({ platform: { monitoring } }: Config): boolean =>
  monitoring.enabled && monitoring.receivers.some((row) => receiverSecretKeys(row).length > 0);

const hasHeartbeat = ({ platform: { monitoring } }: Config): boolean =>
  monitoring.enabled && monitoring.heartbeat;

const readsBySsh = ({ delivery: { by, repository } }: Config): boolean =>
  by === "argocd" && repository !== undefined && isSshRepository(repository);

const notifies = ({ delivery: { by, notifications } }: Config): boolean =>
  by === "argocd" && notifications !== "none";

const inMonitoring = { namespace: () => charts.kubePrometheusStack.namespace } as const;
const inArgoCd = { namespace: () => charts.argoCd.namespace } as const;

/**
 * Every secret a stack may be given, by its config key. Values live only in the stack's encrypted
 * config; what Bramble generates itself (tokens, passwords) lives in the encrypted state.
 */
export const secretRows = {
  sshPrivateKey: {
    ...given,
    consumers: ["every command on a host"],
    used: (config) => onOwnHosts(config) && config.ssh.auth === "key",
    description: "Private key that opens the hosts, in OpenSSH's format.",
    source: "< ~/.ssh/id_ed25519",
    mistakes: sshKeyMistakes,
    required: (config) => onOwnHosts(config) && config.ssh.auth === "key",
  },
  kubeconfig: {
    ...given,
    consumers: ["Kubernetes provider"],
    used: (config) => !onOwnHosts(config),
    description: "kubeconfig of an existing cluster.",
    source: "< ~/.kube/config",
    required: (config) =>
      config.cluster.source === "existing" &&
      config.cluster.access === "admin" &&
      config.cluster.kubeconfigPath === undefined,
    mistakes: (text, { cluster }) =>
      cluster.source === "existing" && cluster.access === "admin"
        ? kubeconfigMistakes(text, cluster.context)
        : [],
  },
  deployerKubeconfig: {
    ...given,
    consumers: ["Kubernetes provider"],
    used: ({ cluster }) => cluster.access === "deployer",
    description:
      "kubeconfig of the deployer, for `cluster.access: deployer`. `npm run access -- <stack> deployer` makes and sets it.",
    source: "what `npm run access -- <stack> deployer --file <file>` writes",
    required: ({ cluster }) => cluster.source === "existing" && cluster.access === "deployer",
    mistakes: (text, { cluster }) =>
      cluster.access === "deployer" ? kubeconfigMistakes(text) : [],
  },
  registryCredentials: {
    ...given,
    consumers: ["k3s on every host"],
    used: (config) => registriesWithLogin(config).length > 0,
    description:
      'Log-ins of registries with `auth: true`, as JSON: `{"<registry>": {"username": "…", "password": "…"}}`.',
    source: "the JSON in one line",
    required: (config) => registriesWithLogin(config).length > 0,
    mistakes: (text, config) => registryCredentialMistakes(text, registriesWithLogin(config)),
  },
  snapshotS3AccessKey: {
    ...given,
    consumers: copiers,
    used: (config) => copiesGoTo(config, "s3"),
    description: "Access key id of the S3 store that takes copies.",
    source: "the access key id",
    required: (config) => copiesGoTo(config, "s3"),
  },
  snapshotS3SecretKey: {
    ...given,
    consumers: copiers,
    used: (config) => copiesGoTo(config, "s3"),
    description: "Secret access key of that store.",
    source: "the secret access key",
    required: (config) => copiesGoTo(config, "s3"),
  },
  snapshotSshKey: {
    ...given,
    consumers: copiers,
    used: (config) => copiesGoTo(config, "ssh"),
    description:
      "Private key, in OpenSSH's format and without passphrase, that opens the machine which takes copies.",
    source: "< ~/.ssh/bramble-copies",
    mistakes: sshKeyMistakes,
    required: (config) => copiesGoTo(config, "ssh"),
  },
  cloudflareApiToken: {
    ...given,
    consumers: ["cert-manager"],
    used: wantsCloudflare,
    namespace: () => charts.certManager.namespace,
    description:
      "API token of Cloudflare with Zone:Read and DNS:Edit on the zone, for `platform.certManager.dns01`.",
    source: "a token from https://dash.cloudflare.com/profile/api-tokens",
    required: wantsCloudflare,
  },
  alertReceivers: {
    ...given,
    ...inMonitoring,
    consumers: ["Alertmanager"],
    used: hasSecretReceivers,
    description:
      'URLs, tokens and passwords of `platform.monitoring.receivers`, as JSON: `{"<receiver>": {"url": "…"}}`. Each needs what its type has: `url` (webhook, ntfy, slack, discord), `token` (telegram, or `auth: true`), `password` (e-mail with `username`).',
    source: "the JSON in one line",
    required: hasSecretReceivers,
    mistakes: (text, { platform: { monitoring } }) =>
      receiverSecretMistakes(text, monitoring.receivers),
  },
  heartbeatUrl: {
    ...given,
    ...inMonitoring,
    consumers: ["Alertmanager"],
    used: hasHeartbeat,
    description:
      "URL that `platform.monitoring.heartbeat` calls, such as one of https://healthchecks.io.",
    source: "the ping URL of that service",
    required: hasHeartbeat,
    mistakes: (text) =>
      text === closedSecret || /^https?:\/\/\S/.test(text) ? [] : ["is no http(s) URL"],
  },
  plexClaimToken: {
    kind: "given",
    consumers: ["Plex, while unclaimed"],
    used: ({ media }) => media.enabled && media.apps.plex.enabled,
    rotation: { by: "never", why: "lives four minutes and is used once" },
    description:
      "Claim token from https://plex.tv/claim, valid for about four minutes. Needed once, while Plex is unclaimed.",
    source: "a token from https://plex.tv/claim",
    required: never,
  },
  gitRepositoryToken: {
    ...given,
    ...inArgoCd,
    consumers: ["Argo CD"],
    used: ({ delivery: { by, repository } }) =>
      by === "argocd" && repository !== undefined && !isSshRepository(repository),
    description: "Access token with which Argo CD reads `delivery.repository` over HTTPS.",
    source: "a token that may read this repository and nothing else",
    required: never,
  },
  gitRepositorySshKey: {
    ...given,
    ...inArgoCd,
    consumers: ["Argo CD"],
    used: readsBySsh,
    description: "Private key with which Argo CD reads `delivery.repository` over SSH.",
    source: "< the private half of a read-only deploy key",
    mistakes: sshKeyMistakes,
    required: readsBySsh,
  },
  gitopsNotificationUrl: {
    ...given,
    ...inArgoCd,
    consumers: ["Argo CD's notifications"],
    used: notifies,
    description: "Where Argo CD tells of failed syncs: the URL of a webhook or an ntfy topic.",
    source: "the URL",
    required: notifies,
  },
  gitopsNotificationToken: {
    ...given,
    ...inArgoCd,
    consumers: ["Argo CD's notifications"],
    used: notifies,
    description: "Bearer token for `gitopsNotificationUrl`, where it wants one.",
    source: "the token",
    required: never,
  },
  ...mediaSecretRows,
  trailKey: {
    kind: "generated",
    consumers: ["trail of secrets"],
    used: () => true,
    rotation: { by: "never", why: "another key makes older fingerprints incomparable" },
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
