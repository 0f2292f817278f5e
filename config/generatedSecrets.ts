import { charts } from "../catalogue/charts";
import type { Config } from "./schema";
import type { InventoryRow } from "./secretRow";

const onOwnHosts = ({ cluster }: Config): boolean => cluster.source === "k3s";

/** What a counter of `k3s.rotation` replaces on every host in turn. */
function ofK3s(counter: string, hostItem: string) {
  return {
    kind: "generated",
    used: onOwnHosts,
    rotation: { by: "counter", path: `k3s.rotation.${counter}`, hostItem },
  } as const;
}

/**
 * Credentials that no stack config brings: Bramble or k3s makes them, and they live in the encrypted
 * state or on the servers alone. k3s renews its leaf certificates, which live 365 days, at any start
 * with less than 120 days left; those of a cluster that is never restarted are due before that.
 */
export const generatedSecrets = {
  serverToken: {
    ...ofK3s("serverToken", "server-token"),
    description: "The token that servers join with. Snapshots open with that of their time only.",
    consumers: ["k3s on servers"],
    rotationDays: 365,
  },
  agentToken: {
    ...ofK3s("agentToken", "agent-token"),
    description: "The token that agents join with.",
    consumers: ["k3s on every host"],
    rotationDays: 365,
  },
  certificates: {
    ...ofK3s("certificates", "certificates"),
    description: "The certificates of every node, and of the admin kubeconfig.",
    consumers: ["k3s on every host", "Kubernetes provider", "people"],
    rotationDays: 270,
  },
  certificateAuthority: {
    ...ofK3s("certificateAuthority", "certificate-authority"),
    description: "The cluster's certificate authorities, and the key of service accounts.",
    consumers: ["k3s on every host"],
    rotationDays: 1825,
  },
  secretsKey: {
    ...ofK3s("secretsKey", "secrets-key"),
    description: "The key that Secrets are encrypted with in etcd.",
    consumers: ["API servers"],
    rotationDays: 365,
  },
  sshAuthority: {
    kind: "generated",
    description: "The authority that signs short-lived SSH certificates.",
    consumers: ["sshd on every host", "npm run ssh"],
    used: (config) => onOwnHosts(config) && config.ssh.userCa.enabled,
    rotation: { by: "counter", path: "ssh.userCa.rotation", hostItem: "ssh-authority" },
    rotationDays: 365,
  },
  recoveryKey: {
    kind: "generated",
    description: "Opens the encrypted copies of snapshots and volumes.",
    consumers: ["npm run restore"],
    used: onOwnHosts,
    rotation: { by: "never", why: "copies from before would open with nothing any more" },
  },
  grafanaPassword: {
    kind: "generated",
    description: "The password of Grafana's user `admin`.",
    consumers: ["Grafana", "people"],
    used: ({ platform: { monitoring } }) => monitoring.enabled,
    rotation: { by: "date" },
    rotationDays: 365,
    namespace: () => charts.kubePrometheusStack.namespace,
  },
  argoCdPassword: {
    kind: "generated",
    description: "The password of Argo CD's user `admin`.",
    consumers: ["Argo CD", "people"],
    used: ({ platform: { argocd } }) => argocd.enabled,
    rotation: { by: "date" },
    rotationDays: 365,
    namespace: () => charts.argoCd.namespace,
  },
  ingressPassword: {
    kind: "generated",
    description: "The password of the gate before web interfaces without a login.",
    consumers: ["Traefik", "people"],
    used: ({ platform: { traefik, ingress } }) =>
      traefik.enabled && ingress.authentication.type === "basic",
    rotation: { by: "date" },
    rotationDays: 365,
    namespace: () => charts.traefik.namespace,
  },
  appBackupPassword: {
    kind: "generated",
    description: "Opens the copies of the apps' configurations.",
    consumers: ["copies of the apps' configurations", "npm run restore"],
    used: ({ media }) => media.enabled,
    rotation: { by: "counter", path: "ops.appBackups.rotation" },
    rotationDays: 1825,
  },
} as const satisfies Record<string, InventoryRow>;

/** The name of a credential that no stack config brings. */
export type GeneratedSecretName = keyof typeof generatedSecrets;
