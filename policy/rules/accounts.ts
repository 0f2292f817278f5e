import { podsOf } from "../pods";
import { type Fields, listOf, objectOf, type Resource, textOf, textsOf } from "../resource";
import { fieldsOf } from "../resource";
import { type Context, judged, type Judgement, type Rule } from "../rule";

/** Whether the account of a pod says that its pods get no token. */
function accountRefuses(resource: Resource, spec: Fields, { all }: Context): boolean {
  const namespace = objectOf(resource)?.namespace;
  const name = textOf(spec["serviceAccountName"]);
  return all.some((one) => {
    const object = objectOf(one);
    return (
      object?.kind === "ServiceAccount" &&
      object.name === name &&
      object.namespace === namespace &&
      object.body["automountServiceAccountToken"] === false
    );
  });
}

export const serviceAccountToken: Rule = {
  title: "Pods get no token of the Kubernetes API",
  reason: "Whoever breaks into a pod holds its token; most pods never call the API.",
  mend: "Set `automountServiceAccountToken: false` on the pod.",
  scope: "resource",
  charts: true,
  judge: (resource, context) =>
    podsOf(resource).map(({ path, spec }) => {
      const own = spec["automountServiceAccountToken"];
      const isOff = own === false || (own === undefined && accountRefuses(resource, spec, context));
      return judged(`${path}.automountServiceAccountToken`, isOff, "a token is mounted");
    }),
};

const roleKinds = ["Role", "ClusterRole"];
const wildcardFields = ["verbs", "resources", "apiGroups", "nonResourceURLs"];

export const rbacWildcards: Rule = {
  title: "Roles name what they allow",
  reason: "A `*` also allows what does not exist yet, such as reading the next kind of secret.",
  mend: "List the verbs, resources and API groups it calls.",
  scope: "resource",
  charts: true,
  judge: (resource) => {
    const object = objectOf(resource);
    if (object === undefined || !roleKinds.includes(object.kind)) return [];
    return listOf(object.body["rules"]).flatMap((rule, index): Judgement[] =>
      wildcardFields.flatMap((field) =>
        rule[field] === undefined
          ? []
          : [
              judged(
                `rules[${String(index)}].${field}`,
                !textsOf(rule[field]).some((text) => text.includes("*")),
                `${field} holds a wildcard`,
                field,
              ),
            ],
      ),
    );
  },
};

const bindingKinds = ["RoleBinding", "ClusterRoleBinding"];
/** Roles of Kubernetes that allow everything, or to take every right. */
const mightyRoles = ["cluster-admin", "system:masters"];

export const clusterAdmin: Rule = {
  title: "Nobody is bound to cluster-admin",
  reason: "It may do everything everywhere: read all secrets, and bind others to itself.",
  mend: "Bind a role that names what is needed.",
  scope: "resource",
  charts: true,
  judge: (resource) => {
    const object = objectOf(resource);
    if (object === undefined || !bindingKinds.includes(object.kind)) return [];
    const role = textOf(fieldsOf(object.body["roleRef"])["name"]);
    const groups = listOf(object.body["subjects"]).map(({ name }) => textOf(name));
    const found = [role, ...groups].filter((name) => mightyRoles.includes(name));
    return [judged("roleRef", found.length === 0, `it binds ${found.join(", ")}`)];
  },
};
