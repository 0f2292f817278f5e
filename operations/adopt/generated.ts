import type { Made, Registration } from "../inprocess/run";
import type { ClusterFacts } from "./observed";

/** Whether a resource is a value that the program generates and only its state knows. */
export function isGenerated({ type }: Registration): boolean {
  return /^(random|tls):/.test(type);
}

function markerOf(name: string): string {
  return `generated-by-${name}`;
}

/** Outputs by which the values of generated resources are recognised where they are used. */
export function marked(registration: Registration): Made {
  if (!isGenerated(registration)) return {};
  const marker = markerOf(registration.name);
  return { outputs: { result: marker } };
}

type Fields = Readonly<Record<string, unknown>>;

function fieldsOf(value: unknown): Fields {
  return typeof value === "object" && value !== null ? (value as Fields) : {};
}

/** Where the cluster keeps a generated value: `namespace/secret/key`. */
export type SecretPlaces = ReadonlyMap<string, string>;

/**
 * Finds out, from a run with {@link marked} values, which Secret of the cluster holds which of them.
 *
 * @returns places by the name of the generated resource.
 */
export function secretPlaces(registrations: readonly Registration[]): SecretPlaces {
  const names = new Map(
    registrations.filter(isGenerated).map(({ name }) => [markerOf(name), name] as const),
  );
  const places = new Map<string, string>();
  for (const { type, inputs } of registrations) {
    if (type !== "kubernetes:core/v1:Secret") continue;
    const { namespace, name } = fieldsOf(inputs["metadata"]);
    if (typeof namespace !== "string" || typeof name !== "string") continue;
    const texts = [
      ...Object.entries(fieldsOf(inputs["stringData"])),
      ...Object.entries(fieldsOf(inputs["data"])).map(
        ([key, text]) => [key, Buffer.from(String(text), "base64").toString("utf8")] as const,
      ),
    ];
    for (const [key, text] of texts) {
      const found = names.get(String(text));
      if (found !== undefined) places.set(found, `${namespace}/${name}/${key}`);
    }
  }
  return places;
}

/** The Secrets that have to be read, `namespace/name`. */
export function secretsToRead(places: SecretPlaces): string[] {
  const names = [...places.values()].map((place) => place.split("/").slice(0, 2).join("/"));
  return [...new Set(names)].sort();
}

/** The value each generated resource has had, by its name; those nobody knows are left out. */
export function knownValues(
  registrations: readonly Registration[],
  places: SecretPlaces,
  facts: ClusterFacts,
  secrets: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const own: Readonly<Record<string, string>> = {
    "cluster-id": facts.clusterId,
    "server-token": facts.serverToken,
    "agent-token": facts.agentToken,
  };
  return new Map(
    registrations.filter(isGenerated).flatMap(({ name }) => {
      const value = own[name] ?? secrets.get(places.get(name) ?? "");
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
}
