import type { SecretName } from "../../../config/secrets";

/** Names under which people keep a secret. Case and what stands between words do not count. */
export interface Spellings {
  /** Names that say what it is. */
  readonly names: readonly string[];
  /** Names that others use too: taken only where the stack has a use for the secret. */
  readonly generic?: readonly string[];
  /**
   * The same, for values at the top of a file: within something else they are that thing's. Counts
   * also for the secret's own name.
   */
  readonly atTheTop?: readonly string[];
}

/** `RADARR__AUTH__APIKEY` is what the apps themselves read. */
function servarr(app: string): Spellings {
  return {
    names: [`${app} key`, `${app} auth api key`, `${app} api token`, `api key ${app}`],
  };
}

/**
 * Usual names beside each secret's own, which counts by itself: `radarrApiKey` is also
 * `vault_radarr_api_key`, `RADARR_API_KEY`, `radarr-api-key` and `radarr: {api_key: …}`.
 */
export const spellings: Readonly<Partial<Record<SecretName, Spellings>>> = {
  sshPrivateKey: {
    names: ["ansible ssh private key", "ansible private key", "hosts ssh private key"],
    atTheTop: ["ssh private key", "ssh key", "id ed25519", "id ecdsa", "id rsa"],
  },
  kubeconfig: { names: [], atTheTop: ["kubeconfig", "kubeconfig content"] },
  snapshotS3AccessKey: {
    names: ["snapshot s3 access key id", "etcd s3 access key", "k3s s3 access key"],
    generic: [
      ...["aws access key id", "aws access key", "s3 access key", "s3 access key id"],
      ...["minio access key", "minio root user", "b2 key id", "b2 application key id"],
      ...["backup s3 access key", "backup s3 access key id"],
    ],
  },
  snapshotS3SecretKey: {
    names: ["snapshot s3 secret access key", "etcd s3 secret key", "k3s s3 secret key"],
    generic: [
      ...["aws secret access key", "aws secret key", "s3 secret key", "s3 secret access key"],
      ...["minio secret key", "minio root password", "b2 application key"],
      ...["backup s3 secret key", "backup s3 secret access key"],
    ],
  },
  snapshotSshKey: {
    names: ["snapshot ssh private key"],
    generic: ["backup ssh key", "backup ssh private key", "borg ssh key", "restic ssh key"],
  },
  cloudflareApiToken: {
    names: [
      ...["cf api token", "cf dns api token", "cf token", "cloudflare token"],
      ...["cloudflare dns api token", "cloudflare dns token", "cloudflare api token api token"],
      ...["cert manager cloudflare api token", "cloudflare api token value"],
    ],
  },
  heartbeatUrl: {
    names: [
      "heartbeat ping url",
      "healthchecks url",
      "healthchecks ping url",
      "healthchecks io url",
    ],
    generic: ["hc ping url", "dead mans snitch url", "watchdog url", "deadmansswitch url"],
  },
  gitRepositoryToken: {
    names: [
      ...["git repository password", "argocd repository password", "argocd repository token"],
      ...["argocd repo password", "argocd repo token", "argocd git token", "gitops token"],
    ],
    generic: ["git token", "git password", "gitops repo token", "repo token"],
  },
  gitRepositorySshKey: {
    names: [
      ...["argocd repository ssh private key", "argocd repo ssh private key", "argocd ssh key"],
      ...["argocd ssh private key", "argocd deploy key", "gitops deploy key", "flux identity"],
    ],
    generic: ["deploy key", "git ssh key", "git ssh private key", "git deploy key"],
  },
  gitopsNotificationUrl: {
    names: [
      "argocd notification url",
      "argocd notifications url",
      "argocd notifications webhook url",
    ],
  },
  gitopsNotificationToken: {
    names: ["argocd notification token", "argocd notifications token"],
  },
  prowlarrApiKey: servarr("prowlarr"),
  radarrApiKey: servarr("radarr"),
  sonarrApiKey: servarr("sonarr"),
  lidarrApiKey: servarr("lidarr"),
  sabnzbdApiKey: { names: ["sabnzbd key", "sab api key", "api key sabnzbd", "sabnzbd api token"] },
  overseerrApiKey: {
    names: [
      ...["overseerr key", "api key overseerr", "overseerr api token"],
      ...["seerr api key", "seerr key", "jellyseerr api key"],
    ],
  },
  qbittorrentPassword: {
    names: [
      ...["qbittorrent pass", "qbittorrent webui password"],
      ...["qbittorrent admin password", "qbit password", "qbit pass", "qbt password", "qbt pass"],
    ],
  },
  mediaLoginPassword: {
    names: ["media password", "media web password", "arr password", "servarr password"],
  },
};

/** What people keep beside secrets of a stack, and what becomes of it. */
export interface ElsewhereRow {
  readonly names: readonly string[];
  readonly why: string;
  /** Whether nothing is lost when it goes. */
  readonly mayGo: boolean;
}

const byAdopt = "no config but the cluster's own: `npm run adopt` takes a running cluster over";
const madeAnew = "made by Bramble, and in its encrypted state";

/** Known names of what belongs into no stack's config. */
export const elsewhere: readonly ElsewhereRow[] = [
  {
    names: ["plex claim token", "plex claim"],
    why: "a claim token lives about four minutes: get a new one when Plex has to be claimed",
    mayGo: true,
  },
  {
    names: [
      ...[
        "server token",
        "k3s token",
        "k3s server token",
        "k3s cluster token",
        "k3s cluster secret",
      ],
      ...["node token", "k3s node token", "k3s url token", "rke2 token"],
    ],
    ...{ why: byAdopt, mayGo: false },
  },
  {
    names: ["agent token", "k3s agent token"],
    ...{ why: byAdopt, mayGo: false },
  },
  {
    names: [
      "certificates",
      "certificate authority",
      "k3s server ca",
      "k3s client ca",
      "cluster ca key",
    ],
    ...{ why: byAdopt, mayGo: false },
  },
  {
    names: [
      "secrets key",
      "encryption provider config",
      "k3s encryption config",
      "etcd encryption key",
    ],
    ...{ why: byAdopt, mayGo: false },
  },
  {
    names: ["ssh authority", "ssh ca key", "ssh ca private key", "ssh user ca key"],
    why: `${madeAnew} (ssh.userCa): hosts trust another one from the next run on`,
    mayGo: false,
  },
  {
    names: ["recovery key"],
    why: `${madeAnew}: keep the old one as long as you keep copies that it opens`,
    mayGo: false,
  },
  {
    names: ["grafana password", "grafana admin password", "gf security admin password"],
    why: `${madeAnew}: npm run secrets -- <stack> show grafanaPassword`,
    mayGo: false,
  },
  {
    names: ["argocd password", "argocd admin password", "argocd server admin password"],
    why: `${madeAnew}: npm run secrets -- <stack> show argoCdPassword`,
    mayGo: false,
  },
  {
    names: [
      "ingress password",
      "traefik dashboard password",
      "basic auth password",
      "traefik users",
    ],
    why: `${madeAnew}, where platform.ingress.authentication asks for it`,
    mayGo: false,
  },
  {
    names: ["app backup password", "restic password", "borg passphrase", "backup passphrase"],
    why: `${madeAnew}: keep the old one as long as you keep copies that it opens`,
    mayGo: false,
  },
  {
    names: ["trail key"],
    why: "the key of another stack's trail opens nothing here",
    mayGo: false,
  },
  {
    names: ["cf api key", "cloudflare api key", "cloudflare global api key"],
    why: "a global API key, not a token: make one at https://dash.cloudflare.com/profile/api-tokens",
    mayGo: false,
  },
  {
    names: ["alertmanager.yaml", "alertmanager.yml", "alertmanager config"],
    why: "settings with secrets in them: receivers belong to platform.monitoring.receivers, their values to alertReceivers",
    mayGo: false,
  },
  {
    names: ["argocd repository url", "argocd repository type", "argocd repository name"],
    ...{ why: "a setting, no secret: delivery.repository", mayGo: true },
  },
  {
    names: [
      "argocd repository username",
      "argocd repository project",
      "argocd repository insecure",
    ],
    ...{ why: "a setting, no secret", mayGo: true },
  },
];
