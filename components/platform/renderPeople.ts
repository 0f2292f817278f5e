import type { rbac } from "@pulumi/kubernetes/types/input";

const group = "rbac.authorization.k8s.io";

/** A role that people may be given certificates for. */
export interface PeopleRole {
  /** A ClusterRole. */
  readonly role: string;
  /** Where it holds. Default: in the whole cluster. */
  readonly namespaces?: readonly string[] | undefined;
}

/** What gives one group its rights. */
export interface PeopleBinding {
  /** Name of the resource. */
  readonly name: string;
  /** Default: the whole cluster. */
  readonly namespace: string | undefined;
  readonly body: rbac.v1.RoleBinding & rbac.v1.ClusterRoleBinding;
}

/** The group that a certificate names to have a role. */
export function peopleGroup(role: string, namespace?: string): string {
  return ["bramble", role, ...(namespace === undefined ? [] : [namespace])].join(":");
}

function binding(role: string, namespace?: string): PeopleBinding {
  const name = peopleGroup(role, namespace);
  const body = {
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      labels: {
        "app.kubernetes.io/name": "people",
        "app.kubernetes.io/component": "access",
        "app.kubernetes.io/part-of": "bramble",
        "app.kubernetes.io/managed-by": "pulumi",
      },
      annotations: { description: `Gives people with a certificate for it the role ${role}` },
    },
    roleRef: { apiGroup: group, kind: "ClusterRole", name: role },
    subjects: [{ kind: "Group", apiGroup: group, name }],
  };
  return { name: `people-${[role, namespace].filter(Boolean).join("-")}`, namespace, body };
}

/** What gives the group of each role its rights. */
export function renderPeople(rows: readonly PeopleRole[]): readonly PeopleBinding[] {
  return rows.flatMap(({ role, namespaces }) =>
    (namespaces ?? [undefined]).map((namespace) => binding(role, namespace)),
  );
}
