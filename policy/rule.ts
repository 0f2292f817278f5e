import type { Fields, Resource } from "./resource";

/** An image that a row of the catalogue pins. */
export interface CatalogueImage {
  readonly repository: string;
  readonly tag: string;
  /** Processors it is built for. */
  readonly architectures: readonly string[];
}

/** What rules know beside the resource they judge. Plain data. */
export interface Context {
  /** Whether images have to be named by digest. */
  readonly imageDigests: boolean;
  /** Ranges of addresses that Services may take. */
  readonly addressRanges: readonly string[];
  readonly images: readonly CatalogueImage[];
  /** Every resource, for rules of scope `stack`; just the one that is judged for others. */
  readonly all: readonly Resource[];
}

/** One thing a rule has looked at. */
export interface Judgement {
  /** Where in the resource: `spec.template.spec.containers[0].image`. Empty for the whole of it. */
  readonly path: string;
  /** What is wrong there. Absent when all is well. Never a value that may be secret. */
  readonly wrong?: string | undefined;
  /** What was found there, where an exemption may be for just that. */
  readonly found?: string | undefined;
}

/** How much a broken rule matters. */
export type Level = "advisory" | "mandatory";

/** One rule. */
export interface Rule {
  /** What has to be, in one sentence. */
  readonly title: string;
  readonly reason: string;
  /** What to do about a violation. */
  readonly mend: string;
  /** Default: `mandatory`. */
  readonly level?: Level;
  /** `resource`: judged one by one, before each is made. `stack`: judged among all the others. */
  readonly scope: "resource" | "stack";
  /** Whether it judges what charts render too. */
  readonly charts: boolean;
  /** Whether a configuration wants it at all. Default: always. */
  readonly wanted?: (context: Context) => boolean;
  /** Everything in a resource that is the rule's business. */
  readonly judge: (resource: Resource, context: Context) => readonly Judgement[];
}

/** A judgement: well, or wrong. */
export function judged(path: string, isWell: boolean, wrong: string, found?: string): Judgement {
  return { path, ...(isWell ? {} : { wrong, found }) };
}

/** The paths and texts inside a value. */
export function textsIn(value: unknown, path: string): (readonly [string, string])[] {
  if (typeof value === "string") return [[path, value]];
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => textsIn(item, `${path}[${String(index)}]`));
  }
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value as Fields).flatMap(([key, item]) =>
    textsIn(item, path === "" ? key : `${path}.${key}`),
  );
}
