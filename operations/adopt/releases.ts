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
 * URNs of what can be made before the releases are in the state: all that does not come after one of
 * them.
 */
export function beforeReleases(
  registrations: readonly Registration[],
  releases: readonly ExistingRelease[],
): string[] {
  const held = new Set(releases.map(({ registration }) => registration.urn));
  // A component stands for all its children.
  const grown = () => {
    const before = held.size;
    for (const { urn, parent, dependsOn } of registrations) {
      if ([...dependsOn].some((one) => held.has(one))) held.add(urn);
      if (held.has(urn) && parent !== undefined && dependsOnComponent(parent)) held.add(parent);
    }
    return held.size > before;
  };
  const named = new Set(registrations.flatMap(({ dependsOn }) => dependsOn));
  const dependsOnComponent = (urn: string) => named.has(urn);
  while (grown());
  return registrations.filter(({ urn, custom }) => custom && !held.has(urn)).map(({ urn }) => urn);
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
