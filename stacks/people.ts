import { ClusterRoleBinding } from "@pulumi/kubernetes/rbac/v1/clusterRoleBinding";
import { RoleBinding } from "@pulumi/kubernetes/rbac/v1/roleBinding";
import type { Resource } from "@pulumi/pulumi";
import { childOptions, type ClusterScope } from "../components/options";
import { renderPeople } from "../components/platform/renderPeople";
import type { Config } from "../config/schema";

/**
 * Binds the roles that people may be given to the groups that their certificates name.
 *
 * @param after what makes the namespaces.
 */
export function people(
  { cluster: { people: rows } }: Config,
  { provider, anchor }: ClusterScope,
  after: readonly Resource[],
): void {
  const options = childOptions(undefined, { provider, anchor, dependsOn: after });
  for (const { name, namespace, body } of renderPeople(rows)) {
    if (namespace === undefined) new ClusterRoleBinding(name, body, options);
    else new RoleBinding(name, body, options);
  }
}
