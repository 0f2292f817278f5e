import type { Proofs } from "../proof";
import { cloudflare, heartbeat, kubeconfig, receivers, registry, s3 } from "./accounts";
import { appBackups } from "./copies";
import { argoCd, gate, grafana, mediaKeyProofs, mediaLogin } from "./cluster";
import { gitSshKey, gitToken } from "./git";
import { copiesKey, ofHosts, sshKey } from "./hosts";

const yours = "is yours to revoke where you got it, once this is done";
const shows = "it shows with the next failed sync that Argo CD tells of";

/** How each secret's new value is tried. */
export const proofs: Proofs = {
  sshPrivateKey: sshKey,
  kubeconfig,
  deployerKubeconfig: kubeconfig,
  registryCredentials: registry,
  snapshotS3AccessKey: s3,
  snapshotS3SecretKey: s3,
  snapshotSshKey: copiesKey,
  cloudflareApiToken: cloudflare,
  alertReceivers: receivers,
  heartbeatUrl: heartbeat,
  gitRepositoryToken: gitToken,
  gitRepositorySshKey: gitSshKey,
  gitopsNotificationUrl: { untried: shows, old: yours },
  gitopsNotificationToken: { untried: shows, old: yours },
  ...mediaKeyProofs,
  mediaLoginPassword: mediaLogin,
  serverToken: ofHosts(
    "serverToken",
    "ends when the first server has its turn; the cluster knows both until then",
  ),
  agentToken: ofHosts(
    "agentToken",
    "ends when the first server has its turn; agents that run go on",
  ),
  certificates: ofHosts("certificates", "stays good until it expires, up to a year"),
  certificateAuthority: ofHosts(
    "certificateAuthority",
    "stays trusted: the new one is cross-signed by it",
  ),
  secretsKey: ofHosts("secretsKey", "is dropped once every Secret is written anew"),
  sshAuthority: ofHosts("sshAuthority", "stays trusted until the next rotation"),
  grafanaPassword: grafana,
  argoCdPassword: argoCd,
  ingressPassword: gate,
  appBackupPassword: appBackups,
};
