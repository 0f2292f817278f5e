import { type PodSecuritySettings, renderAdmission } from "./admission";
import { renderAuditPolicy } from "./auditPolicy";
import { k3sConfigDirectory, minorOf } from "./paths";

/** What is kept of the API's audit log on each server. */
export interface AuditSettings {
  readonly enabled: boolean;
  /** Days after which a file is deleted. */
  readonly maxAgeDays: number;
  /** Full files kept beside the current one. */
  readonly maxBackups: number;
  /** MB after which a file is full. */
  readonly maxSizeMegabytes: number;
}

/** What decides how a node is hardened. */
export interface HardeningSettings {
  readonly role: "server" | "agent";
  readonly version: string;
  readonly audit: AuditSettings;
  readonly podSecurity: PodSecuritySettings;
}

/** The program of Kubernetes an argument is for. */
export type KubernetesComponent = "kube-apiserver" | "kube-controller-manager" | "kubelet";

/** One argument that k3s does not set by itself. */
interface HardeningArgument {
  readonly component: KubernetesComponent;
  readonly name: string;
  readonly value: (settings: HardeningSettings) => string;
  /** First minor release of Kubernetes 1.x that takes it. */
  readonly since?: number;
  /** Whether it is for the audit log. */
  readonly ofAudit?: true;
}

/** Where the API server writes its audit log; the folder is root's alone. */
export const auditLogPath = "/var/lib/rancher/k3s/server/logs/audit.log";

const auditPolicyFile = "audit-policy.yaml";
const admissionFile = "admission.yaml";

/** TLS 1.2 suites with forward secrecy and authenticated encryption; TLS 1.3 has no others. */
export const strongCipherSuites = ["AES_256_GCM_SHA384", "AES_128_GCM_SHA256", "CHACHA20_POLY1305"]
  .flatMap((cipher) => [`ECDHE_ECDSA_WITH_${cipher}`, `ECDHE_RSA_WITH_${cipher}`])
  .map((suite) => `TLS_${suite}`);

/**
 * Arguments that the CIS Kubernetes Benchmark asks for beyond k3s's own. Not among them: what k3s
 * sets already (`anonymous-auth=false`, `profiling=false`, encryption of secrets), what is upstream's
 * default (`request-timeout`, `service-account-lookup`, `event-qps`), and AlwaysPullImages, which
 * would stop pods whenever the Internet is away.
 *
 * @see https://docs.k3s.io/security/hardening-guide
 */
const hardeningTable: readonly HardeningArgument[] = [
  {
    component: "kube-apiserver",
    name: "enable-admission-plugins",
    value: () => "NodeRestriction,EventRateLimit",
  },
  {
    component: "kube-apiserver",
    name: "admission-control-config-file",
    value: () => `${k3sConfigDirectory}/${admissionFile}`,
  },
  {
    component: "kube-apiserver",
    name: "audit-policy-file",
    value: () => `${k3sConfigDirectory}/${auditPolicyFile}`,
    ofAudit: true,
  },
  {
    component: "kube-apiserver",
    name: "audit-log-path",
    value: () => auditLogPath,
    ofAudit: true,
  },
  {
    component: "kube-apiserver",
    name: "audit-log-maxage",
    value: ({ audit }) => String(audit.maxAgeDays),
    ofAudit: true,
  },
  {
    component: "kube-apiserver",
    name: "audit-log-maxbackup",
    value: ({ audit }) => String(audit.maxBackups),
    ofAudit: true,
  },
  {
    component: "kube-apiserver",
    name: "audit-log-maxsize",
    value: ({ audit }) => String(audit.maxSizeMegabytes),
    ofAudit: true,
  },
  {
    component: "kube-apiserver",
    name: "service-account-extend-token-expiration",
    value: () => "false",
    since: 29,
  },
  {
    component: "kube-controller-manager",
    name: "terminated-pod-gc-threshold",
    value: () => "100",
  },
  { component: "kubelet", name: "streaming-connection-idle-timeout", value: () => "5m" },
  { component: "kubelet", name: "tls-cipher-suites", value: () => strongCipherSuites.join(",") },
  { component: "kubelet", name: "pod-max-pids", value: () => "4096" },
];

const nameOf = (argument: string) => argument.replace(/^--/, "").replace(/=.*$/, "");

/**
 * Arguments of a component, `name=value`: the hardening's and then the user's, whose word on an
 * argument replaces Bramble's.
 */
export function hardenedArguments(
  component: KubernetesComponent,
  settings: HardeningSettings,
  users: readonly string[] = [],
): string[] {
  const minor = minorOf(settings.version);
  const named = new Set(users.map(nameOf));
  const own = hardeningTable
    .filter((row) => row.component === component && minor >= (row.since ?? 0))
    .filter(({ ofAudit }) => ofAudit === undefined || settings.audit.enabled)
    .filter(({ name }) => !named.has(name))
    .map(({ name, value }) => `${name}=${value(settings)}`);
  return [...own, ...users];
}

/** The files that a server's arguments refer to, by their name in k3s's folder of configuration. */
export function hardeningFiles(settings: HardeningSettings): Readonly<Record<string, string>> {
  if (settings.role !== "server") return {};
  return {
    [admissionFile]: renderAdmission(minorOf(settings.version), settings.podSecurity),
    ...(settings.audit.enabled ? { [auditPolicyFile]: renderAuditPolicy() } : {}),
  };
}
