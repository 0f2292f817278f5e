import { stringify } from "yaml";

/** How much of a request the API's audit log keeps. */
export type AuditLevel = "None" | "Metadata" | "Request" | "RequestResponse";

/** One row of the audit policy; the first that matches a request decides. */
export interface AuditRule {
  readonly level: AuditLevel;
  readonly users?: readonly string[];
  readonly userGroups?: readonly string[];
  readonly verbs?: readonly string[];
  readonly resources?: readonly {
    readonly group: string;
    readonly resources: readonly string[];
  }[];
  readonly nonResourceURLs?: readonly string[];
}

const reads = ["get", "list", "watch"] as const;
const core = "";

/** What runs the cluster itself; its reads are most of an idle cluster's requests. */
const machinery = [
  "system:apiserver",
  "system:kube-controller-manager",
  "system:kube-scheduler",
  "system:kube-proxy",
  "system:k3s-controller",
  "system:k3s-supervisor",
  "k3s-cloud-controller-manager",
] as const;

/** Who registers nodes and runs controllers, by group. */
const machineryGroups = ["system:nodes", "system:serviceaccounts:kube-system"] as const;

/**
 * The rules in order. What holds secrets comes first, so that no later row can log its content or
 * drop who read it.
 */
export const auditRules: readonly AuditRule[] = [
  {
    level: "Metadata",
    resources: [
      { group: core, resources: ["secrets", "configmaps", "serviceaccounts/token"] },
      { group: "authentication.k8s.io", resources: ["tokenreviews"] },
    ],
  },
  {
    level: "None",
    verbs: ["get"],
    nonResourceURLs: [
      ...["/healthz*", "/livez*", "/readyz*", "/version", "/metrics"],
      ...["/openapi*", "/api", "/api/*", "/apis", "/apis/*"],
    ],
  },
  // Renewed every few seconds by everything that runs.
  { level: "None", resources: [{ group: "coordination.k8s.io", resources: ["leases"] }] },
  {
    level: "None",
    resources: [
      { group: core, resources: ["events"] },
      { group: "events.k8s.io", resources: ["events"] },
    ],
  },
  { level: "None", verbs: reads, users: machinery },
  { level: "None", verbs: reads, userGroups: machineryGroups },
  {
    level: "None",
    userGroups: ["system:nodes"],
    verbs: ["update", "patch"],
    resources: [{ group: core, resources: ["nodes/status", "pods/status"] }],
  },
  // The API server writes its own roles at its first start: half a megabyte of nothing new.
  { level: "Metadata", users: ["system:apiserver"] },
  // Who may do what, and what may refuse or change a request: worth the old and the new text.
  {
    level: "RequestResponse",
    verbs: ["create", "update", "patch", "delete", "deletecollection"],
    resources: [
      {
        group: "rbac.authorization.k8s.io",
        resources: ["roles", "rolebindings", "clusterroles", "clusterrolebindings"],
      },
      {
        group: "admissionregistration.k8s.io",
        resources: ["mutatingwebhookconfigurations", "validatingwebhookconfigurations"],
      },
    ],
  },
  { level: "Metadata" },
];

/**
 * Renders the API server's audit policy: who did what and when of every request that matters, and
 * the content of none that could hold a secret.
 *
 * @see https://kubernetes.io/docs/tasks/debug/debug-cluster/audit/
 */
export function renderAuditPolicy(): string {
  return stringify(
    {
      apiVersion: "audit.k8s.io/v1",
      kind: "Policy",
      // Each request once, when its answer is known.
      omitStages: ["RequestReceived"],
      rules: auditRules,
    },
    { aliasDuplicateObjects: false, lineWidth: 0 },
  );
}
