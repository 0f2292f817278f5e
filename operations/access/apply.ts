import type { Kubectl } from "../cluster/kubectl";
import {
  deployerName,
  deployerNamespace,
  grantsOf,
  renderAccount,
  renderClusterPermission,
  renderPermission,
  type RoleRule,
} from "./manifests";
import { type Grant, mergeRights, type Rights } from "./rights";

/** A namespace as the program asks for it. */
export interface WantedNamespace {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** What an administrator is to make. */
export interface DeployerRequest {
  readonly rights: Rights;
  readonly namespaces: readonly WantedNamespace[];
  /** Take away what is not among the rights. Default: older ones stay, to delete with. */
  readonly prune?: boolean;
}

/** What was made. */
export interface DeployerMade {
  readonly rights: Rights;
  /** Namespaces that were not there. */
  readonly namespaces: readonly string[];
  /** Namespaces where the deployer had rights and has none any more. */
  readonly pruned: readonly string[];
}

interface StoredRole {
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly rules?: readonly Partial<RoleRule>[] | null;
}

/** As the owner of these objects' fields, see `kubectl apply --server-side`. */
const manager = "--field-manager=bramble-access";

async function items(kubectl: Kubectl, ...args: string[]): Promise<StoredRole[]> {
  const text = await kubectl(["get", ...args, "--output", "json"]);
  return (JSON.parse(text) as { items: StoredRole[] }).items;
}

/** What the deployer may do by the roles that are in the cluster. */
export async function storedRights(kubectl: Kubectl): Promise<Rights> {
  const [whole] = await items(
    kubectl,
    "clusterroles",
    `--field-selector=metadata.name=${deployerName}`,
  );
  const roles = await items(
    kubectl,
    "roles",
    "--all-namespaces",
    `--field-selector=metadata.name=${deployerName}`,
  );
  const grants = ({ rules }: StoredRole): Grant[] => grantsOf(rules ?? []);
  return {
    cluster: whole === undefined ? [] : grants(whole),
    namespaces: Object.fromEntries(
      roles.map((role) => [role.metadata.namespace ?? "", grants(role)]),
    ),
  };
}

async function apply(kubectl: Kubectl, objects: readonly object[]): Promise<void> {
  const list = { apiVersion: "v1", kind: "List", items: objects };
  const input = JSON.stringify(list);
  await kubectl(["apply", "--server-side", "--force-conflicts", manager, "--filename", "-"], input);
}

function missing(name: string): Error {
  return new Error(
    `namespace ${name} is not there, and the program does not make it: make it, then repeat`,
  );
}

/**
 * Makes the deployer and gives it its rights; whoever kubectl is has to be an administrator. Rights
 * in a namespace need the namespace, so those that the program wants and are not there are made.
 *
 * @throws Error in one line when a namespace is neither there nor wanted.
 */
export async function applyDeployer(
  kubectl: Kubectl,
  { rights, namespaces, prune = false }: DeployerRequest,
): Promise<DeployerMade> {
  const stored = await storedRights(kubectl);
  const present = new Set(
    (await items(kubectl, "namespaces")).map(({ metadata }) => metadata.name),
  );
  const wanted = prune ? rights : mergeRights(stored, rights);
  const made: string[] = [];
  const objects: object[] = [...renderAccount(), ...renderClusterPermission(wanted.cluster)];
  for (const [name, grants] of Object.entries(wanted.namespaces)) {
    if (!present.has(name)) {
      const asked = namespaces.find((one) => one.name === name);
      if (asked === undefined) throw missing(name);
      const metadata = { name, labels: asked.labels };
      objects.push({ apiVersion: "v1", kind: "Namespace", metadata });
      made.push(name);
    }
    objects.push(...renderPermission(name, grants));
  }
  await apply(kubectl, objects);
  const pruned = Object.keys(stored.namespaces).filter((name) => !(name in wanted.namespaces));
  for (const name of pruned) {
    const role = [`role/${deployerName}`, `rolebinding/${deployerName}`];
    await kubectl(["delete", ...role, "--namespace", name, "--ignore-not-found"]);
  }
  return { rights: wanted, namespaces: made, pruned };
}

/** Takes the deployer away: its tokens are worth nothing from then on. */
export async function removeDeployer(kubectl: Kubectl): Promise<void> {
  const { namespaces } = await storedRights(kubectl);
  for (const name of Object.keys(namespaces)) {
    const role = [`role/${deployerName}`, `rolebinding/${deployerName}`];
    await kubectl(["delete", ...role, "--namespace", name, "--ignore-not-found"]);
  }
  const whole = [`clusterrole/${deployerName}`, `clusterrolebinding/${deployerName}`];
  await kubectl(["delete", ...whole, "--ignore-not-found"]);
  await kubectl(["delete", "namespace", deployerNamespace, "--ignore-not-found"]);
}
