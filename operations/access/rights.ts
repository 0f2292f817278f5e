import { chartKinds, type ChartKinds } from "../../catalogue/chartKinds";
import { chartNames, charts, releaseName } from "../../catalogue/charts";
import { isClusterScoped, resourceOf } from "../../catalogue/kinds";
import { boundClusterRole } from "../charts/kinds";
import { compare } from "../compare";
import type { Registration } from "../inprocess/run";

/** Leave to do some things with one resource. */
export interface Grant {
  /** As kubectl names it: `deployments.apps`. */
  readonly resource: string;
  readonly verbs: readonly string[];
  /** Objects it is limited to. Default: all. */
  readonly names?: readonly string[];
}

/** What somebody may do: in the whole cluster, and in single namespaces. */
export interface Rights {
  readonly cluster: readonly Grant[];
  readonly namespaces: Readonly<Record<string, readonly Grant[]>>;
}

const look = ["get", "list", "watch"] as const;
const change = ["patch", "update", "delete"] as const;

const roles = "roles.rbac.authorization.k8s.io";
const clusterRoles = "clusterroles.rbac.authorization.k8s.io";

/**
 * What is looked at until an object of a kind is ready, by the provider and by Helm.
 *
 * @see https://www.pulumi.com/registry/packages/kubernetes/installation-configuration/
 */
const lookedAt: Readonly<Record<string, readonly string[]>> = {
  "deployments.apps": ["replicasets.apps", "pods", "persistentvolumeclaims"],
  "statefulsets.apps": ["pods", "persistentvolumeclaims", "controllerrevisions.apps"],
  "daemonsets.apps": ["pods", "controllerrevisions.apps"],
  "jobs.batch": ["pods"],
  "cronjobs.batch": ["jobs.batch"],
  services: ["endpoints", "pods"],
  "ingresses.networking.k8s.io": ["services", "endpoints"],
};

/** What tells why something in a namespace is not ready yet. */
const reasons = "events";

/** Grants by resource and names, each time with all verbs that were asked for. */
class Collected {
  private readonly grants = new Map<string, Grant>();

  add(resource: string, verbs: readonly string[], names?: readonly string[]): void {
    // Of named grants there is one for each set of verbs, whose names grow.
    const key = [resource, ...(names === undefined ? [] : [...verbs].sort())].join(" ");
    const known = this.grants.get(key);
    this.grants.set(key, {
      resource,
      verbs: [...new Set([...(known?.verbs ?? []), ...verbs])].sort(),
      ...(names && { names: [...new Set([...(known?.names ?? []), ...names])].sort() }),
    });
  }

  sorted(): Grant[] {
    return [...this.grants].sort(([left], [right]) => compare(left, right)).map(([, one]) => one);
  }
}

/** Rights as they are collected. */
class Collection {
  private readonly cluster = new Collected();
  private readonly namespaces = new Map<string, Collected>();

  in(namespace: string): Collected {
    const known = this.namespaces.get(namespace) ?? new Collected();
    this.namespaces.set(namespace, known);
    return known;
  }

  /** All of a kind in one of the program's own namespaces. */
  own(namespace: string, resource: string): void {
    const place = this.in(namespace);
    // Whoever writes a role must hold what is in it, or may go beyond.
    const more = resource === roles ? ["escalate", "bind"] : [];
    place.add(resource, [...look, "create", ...change, ...more]);
    place.add(reasons, look);
    for (const other of lookedAt[resource] ?? []) place.add(other, look);
  }

  /** Single objects in a namespace of others. */
  elsewhere(namespace: string, resource: string, names: readonly string[]): void {
    const place = this.in(namespace);
    // The name of what is made is not known when the API asks who may make it.
    place.add(resource, ["create", ...(resource === roles ? ["escalate"] : [])]);
    place.add(resource, ["get", ...change, ...(resource === roles ? ["bind"] : [])], names);
  }

  /** Single objects that belong to no namespace. */
  whole(resource: string, names: readonly string[]): void {
    this.cluster.add(resource, look);
    this.cluster.add(resource, change, names);
    // An administrator makes namespaces: rights in one can only be given once it is there.
    if (resource === "namespaces") return;
    this.cluster.add(resource, ["create", ...(resource === clusterRoles ? ["escalate"] : [])]);
  }

  bind(names: readonly string[], namespace?: string): void {
    if (names.length === 0) return;
    const place = namespace === undefined ? this.cluster : this.in(namespace);
    place.add(clusterRoles, ["bind"], names);
  }

  rights(): Rights {
    const namespaces = [...this.namespaces].map(([name, one]) => [name, one.sorted()] as const);
    return {
      cluster: this.cluster.sorted(),
      namespaces: Object.fromEntries(namespaces.sort(([left], [right]) => compare(left, right))),
    };
  }
}

const releaseType = "kubernetes:helm.sh/v3:Release";

interface PlannedObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

/** The objects of the cluster that a program asks for, releases not among them. */
function objectsOf(registrations: readonly Registration[]): PlannedObject[] {
  return registrations
    .filter(({ type }) => type.startsWith("kubernetes:") && type !== releaseType)
    .map(({ shown }) => shown as unknown)
    .filter(isPlanned);
}

function isPlanned(object: unknown): object is PlannedObject {
  return typeof object === "object" && object !== null && "kind" in object && "metadata" in object;
}

function addChart(rights: Collection, namespace: string, kinds: ChartKinds): void {
  // Helm keeps what it has installed in Secrets beside it.
  rights.own(namespace, "secrets");
  for (const resource of kinds.own) rights.own(namespace, resource);
  for (const [other, objects] of Object.entries(kinds.elsewhere)) {
    for (const [resource, names] of Object.entries(objects)) {
      rights.elsewhere(other, resource, names);
    }
  }
  for (const [resource, names] of Object.entries(kinds.cluster)) rights.whole(resource, names);
  rights.bind(kinds.binds.cluster);
  for (const [other, names] of Object.entries(kinds.binds.namespaces)) rights.bind(names, other);
}

/**
 * What the deployer needs for a program: the kinds of its own objects, those that the charts of its
 * releases make, Helm's storage, and what is looked at until things are ready.
 *
 * @param table what charts make. Default: the catalogue's.
 * @throws Error in one line for a release of a chart that the table does not have.
 */
export function rightsOf(
  registrations: readonly Registration[],
  table: Readonly<Partial<Record<string, ChartKinds>>> = chartKinds,
): Rights {
  const rights = new Collection();
  for (const { type, inputs } of registrations) {
    if (type !== releaseType) continue;
    const key = chartNames.find((name) => releaseName(charts[name]) === inputs["name"]);
    const kinds = key === undefined ? undefined : table[key];
    if (key === undefined || kinds === undefined) {
      throw new Error(
        `${String(inputs["name"])}: catalogue/chartKinds.json does not say what it makes: run \`npm run charts -- kinds --write\``,
      );
    }
    addChart(rights, charts[key].namespace, kinds);
  }
  for (const object of objectsOf(registrations)) {
    const { apiVersion, kind, metadata } = object;
    const resource = resourceOf(apiVersion, kind);
    const bound = boundClusterRole(object);
    if (isClusterScoped(kind)) {
      rights.whole(resource, [metadata.name]);
      if (bound !== undefined) rights.bind([bound]);
      continue;
    }
    const { namespace = "default" } = metadata;
    rights.own(namespace, resource);
    if (bound !== undefined) rights.bind([bound], namespace);
  }
  return rights.rights();
}

/** All that either allows. */
export function mergeRights(left: Rights, right: Rights): Rights {
  const merge = (one: readonly Grant[] = [], other: readonly Grant[] = []): Grant[] => {
    const all = new Collected();
    for (const { resource, verbs, names } of [...one, ...other]) all.add(resource, verbs, names);
    return all.sorted();
  };
  const names = new Set([...Object.keys(left.namespaces), ...Object.keys(right.namespaces)]);
  return {
    cluster: merge(left.cluster, right.cluster),
    namespaces: Object.fromEntries(
      [...names]
        .sort(compare)
        .map((name) => [name, merge(left.namespaces[name], right.namespaces[name])]),
    ),
  };
}
