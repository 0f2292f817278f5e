import { podsOf } from "../pods";
import {
  type Fields,
  fieldsOf,
  isSet,
  listOf,
  objectOf,
  type Resource,
  textOf,
  textsOf,
} from "../resource";
import { type Context, judged, type Judgement, type Rule } from "../rule";

/** Whether the account of a pod says that its pods get no token. */
function accountRefuses(resource: Resource, spec: Fields, { all }: Context): boolean {
  const namespace = objectOf(resource)?.namespace;
  const name = textOf(spec["serviceAccountName"] ?? spec["serviceAccount"]) || "default";
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

/** Tokens for the API that a pod mounts by itself: those for somebody else name their audience. */
function mountedTokens(path: string, spec: Fields): Judgement[] {
  return listOf(spec["volumes"]).flatMap(({ name, projected }, index) =>
    listOf(fieldsOf(projected)["sources"])
      .map(({ serviceAccountToken: token }) => token)
      .filter((token) => isSet(token) && !isSet(fieldsOf(token)["audience"]))
      .map(() =>
        judged(
          `${path}.volumes[${String(index)}].projected`,
          false,
          `volume ${textOf(name)} mounts a token`,
        ),
      ),
  );
}

export const serviceAccountToken: Rule = {
  title: "Pods get no token of the Kubernetes API",
  reason: "Whoever breaks into a pod holds its token; most pods never call the API.",
  mend: "Set `automountServiceAccountToken: false` on the pod, and mount no token.",
  // The account that refuses may be made after the pod's owner.
  scope: "stack",
  charts: true,
  judge: (resource, context) => {
    const object = objectOf(resource);
    if (object?.kind === "Secret") {
      const isLasting = object.body["type"] === "kubernetes.io/service-account-token";
      return isLasting ? [judged("type", false, "it is a token that never ends")] : [];
    }
    return podsOf(resource).flatMap(({ path, spec }) => {
      const own = spec["automountServiceAccountToken"] ?? undefined;
      const isOff = own === false || (own === undefined && accountRefuses(resource, spec, context));
      return [
        judged(`${path}.automountServiceAccountToken`, isOff, "a token is mounted"),
        ...mountedTokens(path, spec),
      ];
    });
  },
};

const roleKinds = ["Role", "ClusterRole"];
const wildcardFields = ["verbs", "resources", "apiGroups", "nonResourceURLs"];

/** Selectors of an aggregated role: an empty one takes in every role there is. */
function aggregationJudgements(rule: unknown): Judgement[] {
  return listOf(fieldsOf(rule)["clusterRoleSelectors"]).map((selector, index) => {
    const { matchLabels, matchExpressions } = selector;
    const names = [...Object.keys(fieldsOf(matchLabels)), ...listOf(matchExpressions)];
    const path = `aggregationRule.clusterRoleSelectors[${String(index)}]`;
    return judged(path, names.length > 0, "it takes in every role", "aggregationRule");
  });
}

export const rbacWildcards: Rule = {
  title: "Roles name what they allow",
  reason: "A `*` also allows what does not exist yet, such as reading the next kind of secret.",
  mend: "List the verbs, resources and API groups it calls.",
  scope: "resource",
  charts: true,
  judge: (resource) => {
    const object = objectOf(resource);
    if (object === undefined || !roleKinds.includes(object.kind)) return [];
    const rules = listOf(object.body["rules"]).flatMap((rule, index): Judgement[] =>
      wildcardFields.flatMap((field) =>
        !isSet(rule[field])
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
    return [...rules, ...aggregationJudgements(object.body["aggregationRule"])];
  },
};

const bindingKinds = ["RoleBinding", "ClusterRoleBinding"];
/** Roles of Kubernetes that allow everything, or to take every right. */
const mightyRoles = ["cluster-admin", "system:masters"];
/** Whoever reaches the API, and whoever has any account there: every pod that holds a token. */
const everybody = [
  "system:anonymous",
  "system:unauthenticated",
  "system:authenticated",
  "system:serviceaccounts",
];

export const clusterAdmin: Rule = {
  title: "Nobody is bound to cluster-admin, and everybody to nothing",
  reason: "It may do everything everywhere: read all secrets, and bind others to itself.",
  mend: "Bind a role that names what is needed, to those who need it.",
  scope: "resource",
  charts: true,
  judge: (resource) => {
    const object = objectOf(resource);
    if (object === undefined || !bindingKinds.includes(object.kind)) return [];
    const role = textOf(fieldsOf(object.body["roleRef"])["name"]);
    const groups = listOf(object.body["subjects"]).map(({ name }) => textOf(name));
    const found = [role, ...groups].filter((name) => [...mightyRoles, ...everybody].includes(name));
    return [judged("roleRef", found.length === 0, `it binds ${found.join(", ")}`)];
  },
};
