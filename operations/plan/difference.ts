import { lossOf, replaces } from "./consequences";
import { flatten } from "./flatten";
import type { Plan, PlannedResource } from "./plan";

/** One input that differs. A missing side is `undefined`. */
export interface PropertyChange {
  readonly path: string;
  readonly from: unknown;
  readonly to: unknown;
  /** Whether the engine replaces the resource for it, as far as is known. */
  readonly replaces: boolean;
}

/** A resource that both plans have, with other inputs. */
export interface ChangedResource {
  readonly resource: PlannedResource;
  readonly properties: readonly PropertyChange[];
  readonly replaced: boolean;
}

/** What a change of configuration or code would do to a stack. */
export interface Difference {
  readonly stack: string;
  readonly added: readonly PlannedResource[];
  readonly changed: readonly ChangedResource[];
  readonly removed: readonly PlannedResource[];
  /** What the engine forgets without deleting it: it goes with another that goes, or is handed over. */
  readonly forgotten: readonly PlannedResource[];
  /** What would be lost, in words. */
  readonly losses: readonly string[];
}

/** Whether two plans differ at all. */
export function isDifferent({ added, changed, removed, forgotten }: Difference): boolean {
  return added.length + changed.length + removed.length + forgotten.length > 0;
}

/** Inputs, and whose end is the resource's end. The order in which resources come is left out. */
function compared({ inputs, deletedWith, secretInputs }: PlannedResource): object {
  return { ...inputs, $deletedWith: deletedWith, $secret: secretInputs };
}

function same(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}

function propertiesOf(before: PlannedResource, after: PlannedResource): PropertyChange[] {
  const [old, now] = [flatten(compared(before)), flatten(compared(after))];
  return [...new Set([...old.keys(), ...now.keys()])]
    .filter((path) => !same(old.get(path), now.get(path)))
    .map((path) => ({
      path,
      from: old.get(path),
      to: now.get(path),
      replaces: !path.startsWith("$") && replaces(after.type, path),
    }));
}

/**
 * What leads from one plan of a stack to another. Secrets are masked in both, so a new value of one
 * does not show.
 */
export function difference(before: Plan, after: Plan): Difference {
  const old = new Map(before.resources.map((resource) => [resource.urn, resource]));
  const now = new Map(after.resources.map((resource) => [resource.urn, resource]));
  const added = after.resources.filter(({ urn }) => !old.has(urn));
  const gone = before.resources.filter(({ urn }) => !now.has(urn));
  const goneUrns = new Set(gone.map(({ urn }) => urn));
  const isForgotten = ({ deletedWith }: PlannedResource) => goneUrns.has(deletedWith ?? "");
  const [forgotten, removed] = [gone.filter(isForgotten), gone.filter((one) => !isForgotten(one))];
  const changed = after.resources.flatMap((resource): ChangedResource[] => {
    const was = old.get(resource.urn);
    const properties = was === undefined ? [] : propertiesOf(was, resource);
    if (properties.length === 0) return [];
    return [{ resource, properties, replaced: properties.some(({ replaces: does }) => does) }];
  });
  const losses = [
    ...removed.map((resource) => lossOf(resource, "removed")),
    ...changed
      .filter(({ replaced }) => replaced)
      .map(({ resource }) => lossOf(resource, "replaced")),
  ].filter((loss) => loss !== undefined);
  return { stack: after.stack, added, changed, removed, forgotten, losses };
}
