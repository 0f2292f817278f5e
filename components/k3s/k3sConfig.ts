import { stringify } from "yaml";
import type { PodSecuritySettings } from "./admission";
import { type AuditSettings, hardenedArguments } from "./hardening";
import { k3sConfigDirectory, minorOf } from "./paths";

/** What decides a node's k3s configuration. */
export interface K3sNodeSettings {
  readonly role: "server" | "agent";
  readonly name: string;
  readonly address: string;
  readonly version: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly { key: string; value: string; effect: string }[];
  readonly kubeletArgs: readonly string[];
  readonly protectKernelDefaults: boolean;
  readonly embeddedRegistry: boolean;
  readonly tlsSans: readonly string[];
  readonly clusterCidr: string;
  readonly serviceCidr: string;
  readonly snapshots: { readonly schedule: string; readonly retention: number };
  readonly audit: AuditSettings;
  readonly podSecurity: PodSecuritySettings;
}

type Value = string | number | boolean | readonly string[];

/** One key of config.yaml: its value, and the first minor release of Kubernetes 1.x that has it. */
interface Setting {
  readonly key: string;
  readonly value: Value | undefined;
  readonly since?: number;
}

function common(settings: K3sNodeSettings): Setting[] {
  return [
    { key: "node-name", value: settings.name },
    { key: "node-ip", value: settings.address },
    { key: "kubelet-arg", value: hardenedArguments("kubelet", settings, settings.kubeletArgs) },
    { key: "protect-kernel-defaults", value: settings.protectKernelDefaults },
  ];
}

function serverOnly(settings: K3sNodeSettings): Setting[] {
  return [
    { key: "token-file", value: `${k3sConfigDirectory}/server-token` },
    { key: "agent-token-file", value: `${k3sConfigDirectory}/agent-token` },
    { key: "tls-san", value: [...settings.tlsSans] },
    // MetalLB and the Traefik of the platform take their place.
    { key: "disable", value: ["servicelb", "traefik"] },
    { key: "flannel-backend", value: "vxlan" },
    { key: "cluster-cidr", value: settings.clusterCidr },
    { key: "service-cidr", value: settings.serviceCidr },
    { key: "write-kubeconfig-mode", value: "0600" },
    { key: "secrets-encryption", value: true },
    { key: "kube-apiserver-arg", value: hardenedArguments("kube-apiserver", settings) },
    {
      key: "kube-controller-manager-arg",
      value: hardenedArguments("kube-controller-manager", settings),
    },
    { key: "etcd-expose-metrics", value: true },
    { key: "etcd-snapshot-schedule-cron", value: settings.snapshots.schedule },
    { key: "etcd-snapshot-retention", value: settings.snapshots.retention },
    { key: "etcd-snapshot-compress", value: true, since: 23 },
    { key: "embedded-registry", value: settings.embeddedRegistry || undefined, since: 29 },
  ];
}

/**
 * Renders /etc/rancher/k3s/config.yaml of a node. It holds no secret: tokens have files of their
 * own, so that a preview can show every change of it.
 *
 * Labels and taints are not in it either: they restart nothing (see `nodeLabels.ts`).
 *
 * Keys a release does not know would keep it from starting; they are left out.
 *
 * @see https://docs.k3s.io/cli/server
 * @see https://docs.k3s.io/cli/agent
 */
export function renderK3sConfig(settings: K3sNodeSettings): string {
  const minor = minorOf(settings.version);
  const roleOnly =
    settings.role === "server"
      ? serverOnly(settings)
      : [{ key: "token-file", value: `${k3sConfigDirectory}/agent-token` }];
  const entries = [...common(settings), ...roleOnly].filter(
    ({ value, since = 0 }: Setting) =>
      value !== undefined && minor >= since && !(Array.isArray(value) && value.length === 0),
  );
  return stringify(Object.fromEntries(entries.map(({ key, value }) => [key, value])));
}
