import type { Config } from "./schema";

/** How a value is replaced by another one. */
export type Rotation =
  /** A person brings the new value: `npm run secrets -- <stack> rotate` asks for it. */
  | { readonly by: "value" }
  /** It is made anew when its date in `secrets.rotated` changes. */
  | { readonly by: "date" }
  /** A counter of the stack's file is raised, and whoever has the old value follows. */
  | {
      readonly by: "counter";
      /** The counter, such as `k3s.rotation.serverToken`. */
      readonly path: string;
      /**
       * What a host calls it, see `operations/secrets/rotate/host-rotate.sh`. Default: hosts do not
       * know its age, and its date is noted beside the counter.
       */
      readonly hostItem?: string;
    }
  | { readonly by: "never"; readonly why: string };

/** One secret: what it is, who uses it, and how it is kept young. */
export interface InventoryRow {
  /** What it is, in a sentence. */
  readonly description: string;
  /** `given`: a person brings it. `generated`: Bramble makes it. */
  readonly kind: "given" | "generated";
  /** Who reads the value. */
  readonly consumers: readonly string[];
  /** Whether this stack has any use for it. */
  readonly used: (config: Config) => boolean;
  readonly rotation: Rotation;
  /** Days after which a new value is due. Default: never. */
  readonly rotationDays?: number;
  /**
   * Namespace of its first consumer in the cluster. As long as nobody noted a date, the value is
   * taken to be as old as that namespace. Default: its age is known from hosts, or not at all.
   */
  readonly namespace?: (config: Config) => string;
}

/** A secret that a stack's encrypted config may hold. */
export interface SecretRow extends InventoryRow {
  /** How a person gets a value; finishes the sentence "set it with …". */
  readonly source: string;
  /** Whether the stack cannot run without it. */
  readonly required: (config: Config) => boolean;
  /** What is wrong with a value's form, without a word of it. */
  readonly mistakes?: (text: string, config: Config) => readonly string[];
}
