import type { Registration } from "../inprocess/run";

const releaseType = "kubernetes:helm.sh/v3:Release";

/** A Helm release that the program wants and the cluster has: `id` is `namespace/name`. */
export interface ExistingRelease {
  readonly registration: Registration;
  readonly id: string;
}

/** The releases of the program that the cluster has already. */
export function existingReleases(
  registrations: readonly Registration[],
  found: readonly string[],
): ExistingRelease[] {
  return registrations
    .filter(({ type }) => type === releaseType)
    .map((registration) => {
      const { namespace, name } = registration.inputs;
      return { registration, id: `${String(namespace)}/${String(name)}` };
    })
    .filter(({ id }) => found.includes(id));
}

/**
 * URNs of what can be made before the releases are in the state: all that comes after none of them,
 * with the components above it.
 */
export function beforeReleases(
  registrations: readonly Registration[],
  releases: readonly ExistingRelease[],
): string[] {
  const byUrn = new Map(registrations.map((one) => [one.urn, one]));
  const held = new Set(releases.map(({ registration }) => registration.urn));
  // Registration order is no order of dependencies: repeat until nothing more is found.
  for (let before = -1; before !== held.size;) {
    before = held.size;
    for (const { urn, dependsOn } of registrations) {
      if (dependsOn.some((one) => held.has(one))) held.add(urn);
    }
  }
  const urns = new Set<string>();
  for (const { urn, custom } of registrations) {
    if (!custom || held.has(urn)) continue;
    for (let one = byUrn.get(urn); one !== undefined; one = byUrn.get(one.parent ?? "")) {
      urns.add(one.urn);
    }
  }
  return [...urns];
}

/** The file for `pulumi import` that takes releases over by id. */
export function importFile(releases: readonly ExistingRelease[]): string {
  const nameTable: Record<string, string> = {};
  const resources = releases.map(
    ({ registration: { type, name, parent, provider }, id }, index) => {
      const parentName = `parent-${String(index)}`;
      if (parent !== undefined) nameTable[parentName] = parent;
      if (provider !== undefined) nameTable["cluster"] = provider;
      return {
        ...{ type, name, id },
        ...(parent === undefined ? {} : { parent: parentName }),
        ...(provider === undefined ? {} : { provider: "cluster" }),
      };
    },
  );
  return JSON.stringify({ nameTable, resources });
}
