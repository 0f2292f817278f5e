import type { core, rbac } from "@pulumi/kubernetes/types/input";
import { compare } from "../compare";
import type { Grant, Rights } from "./rights";

/** Name of the deployer's ServiceAccount and of every role and binding that is for it. */
export const deployerName = "bramble-deployer";

/** Namespace of the deployer's ServiceAccount; nothing runs there. */
export const deployerNamespace = "bramble-system";

const labels = {
  "app.kubernetes.io/name": deployerName,
  "app.kubernetes.io/component": "access",
  "app.kubernetes.io/part-of": "bramble",
  "app.kubernetes.io/managed-by": "bramble-access",
};

const rbacGroup = "rbac.authorization.k8s.io";
const rbacVersion = `${rbacGroup}/v1`;

/** A rule of RBAC with all its lists. */
export interface RoleRule {
  readonly apiGroups: string[];
  readonly resources: string[];
  readonly verbs: string[];
  readonly resourceNames?: string[];
}

/** Resource and group of what kubectl names `deployments.apps`. */
function split(resource: string): readonly [resource: string, group: string] {
  const dot = resource.indexOf(".");
  return dot === -1 ? [resource, ""] : [resource.slice(0, dot), resource.slice(dot + 1)];
}

/** Rules of RBAC: resources of one group with the same verbs stand in one rule. */
export function rulesOf(grants: readonly Grant[]): RoleRule[] {
  const rules = new Map<string, RoleRule>();
  for (const { resource, verbs, names } of grants) {
    const [plain, group] = split(resource);
    const rule: RoleRule = {
      apiGroups: [group],
      resources: [plain],
      verbs: [...verbs],
      ...(names && { resourceNames: [...names] }),
    };
    // Names belong to one resource: the same name elsewhere is another object.
    const key = JSON.stringify(names === undefined ? [group, verbs] : [group, plain, verbs, names]);
    const known = rules.get(key);
    if (known === undefined) rules.set(key, rule);
    else known.resources.push(plain);
  }
  return [...rules].sort(([left], [right]) => compare(left, right)).map(([, rule]) => rule);
}

/** The grants that rules of RBAC amount to; those about no resource are left out. */
export function grantsOf(rules: readonly Partial<RoleRule>[]): Grant[] {
  return rules.flatMap(({ apiGroups = [], resources = [], verbs = [], resourceNames = [] }) =>
    apiGroups.flatMap((group) =>
      resources.map((resource) => ({
        resource: [resource, ...(group === "" ? [] : [group])].join("."),
        verbs,
        ...(resourceNames.length > 0 && { names: resourceNames }),
      })),
    ),
  );
}

const subject = {
  kind: "ServiceAccount",
  name: deployerName,
  namespace: deployerNamespace,
} as const;

/** The deployer itself, and the namespace it is in. */
export function renderAccount(): readonly [core.v1.Namespace, core.v1.ServiceAccount] {
  return [
    {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: {
        name: deployerNamespace,
        labels: { ...labels, "pod-security.kubernetes.io/enforce": "restricted" },
      },
    },
    {
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: { name: deployerName, namespace: deployerNamespace, labels },
      automountServiceAccountToken: false,
    },
  ];
}

/** A role with its binding to the deployer. */
export type Permission = readonly [
  rbac.v1.ClusterRole | rbac.v1.Role,
  rbac.v1.ClusterRoleBinding | rbac.v1.RoleBinding,
];

/** What the deployer may do in the whole cluster. */
export function renderClusterPermission(grants: readonly Grant[]): Permission {
  const metadata = { name: deployerName, labels };
  const roleRef = { apiGroup: rbacGroup, kind: "ClusterRole", name: deployerName };
  return [
    { apiVersion: rbacVersion, kind: "ClusterRole", metadata, rules: rulesOf(grants) },
    { apiVersion: rbacVersion, kind: "ClusterRoleBinding", metadata, roleRef, subjects: [subject] },
  ];
}

/** What the deployer may do in one namespace. */
export function renderPermission(namespace: string, grants: readonly Grant[]): Permission {
  const metadata = { name: deployerName, namespace, labels };
  const roleRef = { apiGroup: rbacGroup, kind: "Role", name: deployerName };
  return [
    { apiVersion: rbacVersion, kind: "Role", metadata, rules: rulesOf(grants) },
    { apiVersion: rbacVersion, kind: "RoleBinding", metadata, roleRef, subjects: [subject] },
  ];
}

/** Every object that gives the deployer its rights, in the order in which they are made. */
export function renderDeployer(rights: Rights): object[] {
  return [
    ...renderAccount(),
    ...renderClusterPermission(rights.cluster),
    ...Object.entries(rights.namespaces).flatMap(([namespace, grants]) =>
      renderPermission(namespace, grants),
    ),
  ];
}
