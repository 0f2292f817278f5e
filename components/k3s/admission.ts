import { stringify } from "yaml";
import { charts, type ChartRow, type PodSecurityLevel } from "../../catalogue/charts";

/** What the cluster holds pods to whose namespace says nothing itself. */
export interface PodSecuritySettings {
  /** Pods beyond this level are refused. */
  readonly enforce: PodSecurityLevel;
  /** Pods beyond this level are noted in the audit log. */
  readonly audit: PodSecurityLevel;
  /** Whoever creates pods beyond this level is warned. */
  readonly warn: PodSecurityLevel;
  /** Namespaces of the user's that are held to nothing. */
  readonly exemptNamespaces: readonly string[];
}

/** A namespace that is held to nothing, and why. */
export interface PodSecurityExemption {
  readonly namespace: string;
  readonly reason: string;
}

const chartRows: readonly ChartRow[] = Object.values(charts);

/** Every namespace Bramble exempts by itself. */
export const podSecurityExemptions: readonly PodSecurityExemption[] = [
  {
    namespace: "kube-system",
    reason: "kube-vip and k3s's own pods use the host's network and paths",
  },
  ...chartRows
    .filter(({ podSecurity }) => podSecurity === "privileged")
    .map(({ chart, namespace }) => ({
      namespace,
      reason: `${chart} works on the hosts themselves`,
    })),
];

/**
 * The first minor release of Kubernetes 1.x with Pod Security admission, and the one with its v1
 * configuration. @see https://kubernetes.io/docs/tasks/configure-pod-container/enforce-standards-admission-controller/
 */
export const podSecuritySince = 23;
const podSecurityV1Since = 25;

/** The Pod Security part of the admission configuration; none before there was such a thing. */
function podSecurityPlugin(minor: number, settings: PodSecuritySettings) {
  if (minor < podSecuritySince) return [];
  const { enforce, audit, warn, exemptNamespaces } = settings;
  const version = minor >= podSecurityV1Since ? "v1" : "v1beta1";
  const own = podSecurityExemptions.map(({ namespace }) => namespace);
  return [
    {
      name: "PodSecurity",
      configuration: {
        apiVersion: `pod-security.admission.config.k8s.io/${version}`,
        kind: "PodSecurityConfiguration",
        defaults: {
          ...{ enforce, "enforce-version": "latest" },
          ...{ audit, "audit-version": "latest" },
          ...{ warn, "warn-version": "latest" },
        },
        exemptions: {
          usernames: [],
          runtimeClasses: [],
          namespaces: [...new Set([...own, ...exemptNamespaces])],
        },
      },
    },
  ];
}

/**
 * Events a second that one namespace may write: a pod that fails in a loop must not wear out the
 * card under etcd. What is beyond is dropped, and nothing else.
 */
const eventRateLimit = {
  name: "EventRateLimit",
  configuration: {
    apiVersion: "eventratelimit.admission.k8s.io/v1alpha1",
    kind: "Configuration",
    limits: [{ type: "Namespace", qps: 50, burst: 200, cacheSize: 2000 }],
  },
} as const;

/**
 * Renders the API server's admission configuration: Pod Security defaults for the whole cluster with
 * their exemptions, and the limit on events.
 *
 * @param minor minor release of Kubernetes 1.x that reads it.
 * @see https://kubernetes.io/docs/reference/config-api/apiserver-config.v1/
 */
export function renderAdmission(minor: number, settings: PodSecuritySettings): string {
  return stringify(
    {
      apiVersion: "apiserver.config.k8s.io/v1",
      kind: "AdmissionConfiguration",
      plugins: [...podSecurityPlugin(minor, settings), eventRateLimit],
    },
    { aliasDuplicateObjects: false, lineWidth: 0 },
  );
}
