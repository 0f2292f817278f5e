import type { Kubectl } from "../cluster/kubectl";
import { compare } from "../compare";
import { deployerNamespace, type RoleRule } from "./manifests";
import type { Grant, Rights } from "./rights";

/** Something that the deployer needs and has not. */
export interface Lack {
  /** Unset for the whole cluster. */
  readonly namespace: string | undefined;
  readonly resource: string;
  readonly verbs: readonly string[];
  /** Objects it is about. Default: all. */
  readonly names?: readonly string[];
}

const covers = (given: readonly string[] | undefined, wanted: string): boolean =>
  given?.some((one) => one === wanted || one === "*") ?? false;

/** Whether rules allow one verb on one object; without a name, on all. */
function allows(
  rules: readonly Partial<RoleRule>[],
  { resource }: Grant,
  verb: string,
  name: string | undefined,
): boolean {
  const dot = resource.indexOf(".");
  const [plain, group] =
    dot === -1 ? [resource, ""] : [resource.slice(0, dot), resource.slice(dot + 1)];
  return rules.some(
    ({ apiGroups, resources, verbs, resourceNames = [] }) =>
      covers(apiGroups, group) &&
      covers(resources, plain) &&
      covers(verbs, verb) &&
      (resourceNames.length === 0 || (name !== undefined && resourceNames.includes(name))),
  );
}

/** What of some grants rules do not allow. */
export function lacksOf(
  grants: readonly Grant[],
  rules: readonly Partial<RoleRule>[],
  namespace: string | undefined,
): Lack[] {
  return grants.flatMap((grant): Lack[] => {
    const { resource, verbs, names } = grant;
    if (names === undefined) {
      const lacking = verbs.filter((verb) => !allows(rules, grant, verb, undefined));
      return lacking.length === 0 ? [] : [{ namespace, resource, verbs: lacking }];
    }
    const lackingNames = names.filter((name) =>
      verbs.some((verb) => !allows(rules, grant, verb, name)),
    );
    const lackingVerbs = verbs.filter((verb) =>
      lackingNames.some((name) => !allows(rules, grant, verb, name)),
    );
    return lackingNames.length === 0
      ? []
      : [{ namespace, resource, verbs: lackingVerbs, names: lackingNames }];
  });
}

/** What an account may do in a namespace, as the API itself sees it: what holds everywhere included. */
async function ownRules(kubectl: Kubectl, namespace: string): Promise<RoleRule[]> {
  const review = {
    apiVersion: "authorization.k8s.io/v1",
    kind: "SelfSubjectRulesReview",
    spec: { namespace },
  };
  const args = ["create", "--validate=false", "--filename", "-", "--output", "json"];
  const { status } = JSON.parse(await kubectl(args, JSON.stringify(review))) as {
    status: { resourceRules: RoleRule[] };
  };
  return status.resourceRules;
}

/**
 * What somebody lacks of some rights, asked as that somebody: nothing is changed, and nobody needs
 * to be an administrator.
 *
 * @see https://kubernetes.io/docs/reference/kubernetes-api/authorization-resources/self-subject-rules-review-v1/
 */
export async function lacks(kubectl: Kubectl, { cluster, namespaces }: Rights): Promise<Lack[]> {
  const whole = lacksOf(cluster, await ownRules(kubectl, deployerNamespace), undefined);
  const inNamespaces = await Promise.all(
    Object.entries(namespaces).map(async ([namespace, grants]) =>
      lacksOf(grants, await ownRules(kubectl, namespace), namespace),
    ),
  );
  return [...whole, ...inNamespaces.flat()];
}

/** Told of a namespace in which next to nothing is allowed. */
const many = 6;

/** Lacks as lines for people. */
export function lackLines(all: readonly Lack[]): string[] {
  const places = [...new Set(all.map(({ namespace }) => namespace))];
  return places.flatMap((namespace) => {
    const here = all.filter((one) => one.namespace === namespace);
    const where = namespace === undefined ? "in the whole cluster" : `in namespace ${namespace}`;
    if (here.length > many && namespace !== undefined) {
      return [`${where}: ${String(here.length)} kinds, such as ${here[0]?.resource ?? ""}`];
    }
    return here.map(({ resource, verbs, names }) => {
      const what = names === undefined ? resource : `${resource} ${names.join(", ")}`;
      return `${where}: ${[...verbs].sort(compare).join(", ")} ${what}`;
    });
  });
}
