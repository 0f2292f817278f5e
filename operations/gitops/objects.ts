import { deliveredKinds } from "../../catalogue/deliveredKinds";
import { compare } from "../compare";
import type { Registration } from "../inprocess/run";
import { shownAs } from "../inprocess/values";

type Fields = Readonly<Record<string, unknown>>;

/** An object of Kubernetes as it stands in Git. */
export interface GitObject extends Fields {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Fields & {
    readonly name: string;
    readonly namespace: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
  };
}

const markerType = "bramble:workload:DeliveredByPulumi";
const managedBy = "app.kubernetes.io/managed-by";
/** Pod annotation that Argo CD's Application brings instead. */
const secretsChecksum = "checksum/secrets";

/** What Argo CD is to do with a kind, beside applying it. */
const annotationsByKind: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  PersistentVolumeClaim: { "argocd.argoproj.io/sync-options": "Prune=false,Delete=false" },
  // A Job's template never changes: it is made and run anew after each sync.
  Job: {
    "argocd.argoproj.io/hook": "PostSync",
    "argocd.argoproj.io/hook-delete-policy": "BeforeHookCreation",
  },
};

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** With keys in order, so that nothing but the values decides the bytes. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isFields(value)) return value;
  const keys = Object.keys(value).sort(compare);
  return Object.fromEntries(keys.map((key) => [key, sorted(value[key])]));
}

/** Without the annotation that is made from secrets, in pod templates at any depth. */
function withoutChecksums(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutChecksums);
  if (!isFields(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => key !== secretsChecksum)
      .map(([key, item]) => [key, withoutChecksums(item)]),
  );
}

/** Paths of values that exist in the state alone. */
function unwritable(value: unknown, path: string): string[] {
  if (value === shownAs.secret || value === shownAs.unknown) return [path];
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => unwritable(item, `${path}[${String(index)}]`));
  }
  if (!isFields(value)) return [];
  return Object.entries(value).flatMap(([key, item]) => unwritable(item, `${path}.${key}`));
}

function texts(value: unknown): Record<string, string> {
  return isFields(value) ? (value as Record<string, string>) : {};
}

function gitObject({ name, shown }: Registration, namespace: string): GitObject {
  const { apiVersion, kind, metadata, ...rest } = withoutChecksums(shown) as Fields & {
    apiVersion: string;
    kind: string;
    metadata: Fields & { name: string; namespace?: string };
  };
  const what = `${kind} ${name}`;
  const group = apiVersion.includes("/") ? (apiVersion.split("/")[0] ?? "") : "";
  if (!deliveredKinds.some((row) => row.group === group && row.kind === kind)) {
    throw new Error(
      `${what} (${apiVersion}) may not be delivered: keep it with Pulumi, or add its kind to catalogue/deliveredKinds.ts`,
    );
  }
  if (metadata.namespace !== namespace) {
    throw new Error(
      `${what} is outside of namespace ${namespace}, the only one Argo CD delivers to: keep it with Pulumi`,
    );
  }
  const ours = Object.entries(texts(metadata["annotations"])).filter(
    ([key]) => !key.startsWith("pulumi.com/"),
  );
  const object: GitObject = {
    apiVersion,
    kind,
    metadata: {
      name: metadata.name,
      namespace,
      labels: sorted({ ...texts(metadata["labels"]), [managedBy]: "argocd" }) as never,
      annotations: sorted({
        ...Object.fromEntries(ours),
        ...annotationsByKind[kind],
      }) as never,
    },
    ...(sorted(rest) as Fields),
  };
  const [first] = unwritable(object, what);
  if (first !== undefined) {
    throw new Error(`${first} exists in the state alone, so it cannot stand in Git`);
  }
  return object;
}

/**
 * The objects that Argo CD takes over: all that hang on the marker of delivery by Pulumi, without what
 * only Pulumi understands and without a trace of secrets.
 *
 * @param registrations of a program in which Pulumi delivers.
 * @throws Error when one of them may not be delivered or cannot be written down.
 */
export function gitObjects(registrations: readonly Registration[], namespace: string): GitObject[] {
  const marker = registrations.find(({ type }) => type === markerType);
  if (marker === undefined) return [];
  return registrations
    .filter(({ deletedWith, custom }) => custom && deletedWith === marker.urn)
    .map((registration) => gitObject(registration, namespace))
    .sort((left, right) => compare(keyOf(left), keyOf(right)));
}

/** Identifies an object inside its namespace. */
export function keyOf({ kind, metadata }: GitObject): string {
  return `${metadata.name}/${kind}`;
}
