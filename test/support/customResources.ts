/** A custom resource as it is applied. */
export interface CustomObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
}

interface Checked {
  validate: () => void;
}

type Model = new (data: never) => Checked;

const traefik = "@kubernetes-models/traefik/traefik.io/v1alpha1";
const certManager = "@kubernetes-models/cert-manager/cert-manager.io/v1";
const argoCd = "@kubernetes-models/argo-cd/argoproj.io/v1alpha1";
const prometheus = "@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1";

/** Modules with the schemas of custom resources, made from their definitions, by group. */
const modules: Readonly<Record<string, string>> = {
  "argoproj.io/v1alpha1": argoCd,
  "traefik.io/v1alpha1": traefik,
  "cert-manager.io/v1": certManager,
  "monitoring.coreos.com/v1": prometheus,
};

/** Groups whose schemas nobody publishes as a package. */
export const groupsWithoutSchema: readonly string[] = ["metallb.io/v1beta1"];

/** Whether an object is of a kind that a definition brings, not Kubernetes itself. */
export function isCustom(value: unknown): value is CustomObject {
  const { apiVersion } = value as { apiVersion?: unknown };
  if (typeof apiVersion !== "string" || !apiVersion.includes("/")) return false;
  const [group = ""] = apiVersion.split("/");
  return group.includes(".") && !group.endsWith(".k8s.io");
}

async function modelOf({ apiVersion, kind }: CustomObject): Promise<Model> {
  const folder = modules[apiVersion];
  if (folder === undefined) throw new Error(`no schemas of ${apiVersion}: add them to the table`);
  const found = ((await import(`${folder}/${kind}`)) as Readonly<Record<string, Model>>)[kind];
  if (found === undefined) throw new Error(`${folder} has no ${kind}`);
  return found;
}

/** A copy that notes which of its fields anybody reads. */
function watched(value: unknown, path: string, read: Set<string>): unknown {
  if (typeof value !== "object" || value === null) return value;
  const copy: object = Array.isArray(value)
    ? value.map((one, index) => watched(one, `${path}[${String(index)}]`, read))
    : Object.fromEntries(
        Object.entries(value).map(([key, one]) => [key, watched(one, `${path}.${key}`, read)]),
      );
  return new Proxy(copy, {
    get: (target, key) => {
      if (typeof key === "string") read.add(`${path}.${key}`);
      return Reflect.get(target, key) as unknown;
    },
  });
}

function watchedFields(object: CustomObject, read: Set<string>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(object).map(([key, value]) => {
      read.add(`.${key}`);
      return [key, watched(value, `.${key}`, read)];
    }),
  );
}

/** Paths of all fields below an object. */
function fieldsOf(value: unknown, path: string): string[] {
  if (typeof value !== "object" || value === null) return [];
  if (Array.isArray(value)) {
    return value.flatMap((one, index) => fieldsOf(one, `${path}[${String(index)}]`));
  }
  return Object.entries(value).flatMap(([key, one]) => [
    `${path}.${key}`,
    ...fieldsOf(one, `${path}.${key}`),
  ]);
}

/**
 * What a custom resource's schema has against it, one line for each mistake.
 *
 * The published validators take fields they do not know for harmless, while the API refuses them: so
 * a field of the object that its validator never looks at is a mistake as well.
 */
export async function schemaMistakes(object: CustomObject): Promise<string[]> {
  const Model = await modelOf(object);
  const read = new Set<string>();
  const mistakes: string[] = [];
  try {
    // Put in afterwards: a model is made from a copy.
    const model = Object.assign(new Model(object as never), watchedFields(object, read));
    model.validate();
  } catch (error) {
    mistakes.push(error instanceof Error ? error.message : String(error));
  }
  const { metadata: _, ...rest } = object;
  const unknown = fieldsOf(rest, "").filter((path) => !read.has(path));
  // What is below an unknown field is unknown too.
  const outermost = unknown.filter(
    (path) => !unknown.some((other) => other !== path && path.startsWith(`${other}.`)),
  );
  return [...mistakes, ...outermost.map((path) => `${path.slice(1)}: unknown field`)];
}
