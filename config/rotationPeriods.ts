/** A credential of a cluster, how old it may get, and what replaces it. */
export interface RotationPeriod {
  /** What a host calls it, see `operations/rotate/host-rotate.sh`. */
  readonly item: string;
  readonly title: string;
  /** Days after which it is due. */
  readonly days: number;
  /** What the operator raises in the stack's file. */
  readonly raise: string;
}

/**
 * The schedule of rotation. Leaf certificates of k3s live 365 days and are renewed at any start with
 * less than 120 days left; a cluster that is never restarted is due before that.
 */
export const rotationPeriods: readonly RotationPeriod[] = [
  { item: "server-token", title: "servers' token", days: 365, raise: "k3s.rotation.serverToken" },
  { item: "agent-token", title: "agents' token", days: 365, raise: "k3s.rotation.agentToken" },
  {
    item: "certificates",
    title: "certificates of k3s",
    days: 270,
    raise: "k3s.rotation.certificates",
  },
  {
    item: "certificate-authority",
    title: "certificate authorities",
    days: 1825,
    raise: "k3s.rotation.certificateAuthority",
  },
  { item: "secrets-key", title: "key of Secrets", days: 365, raise: "k3s.rotation.secretsKey" },
  { item: "ssh-authority", title: "SSH authority", days: 365, raise: "ssh.userCa.rotation" },
];
