import type { SecretName } from "../../../config/secrets";

/** Where in a stack's encrypted config a value belongs. */
export interface Target {
  readonly name: SecretName;
  /** Keys into a secret that holds several values. */
  readonly part: readonly string[];
}

/** What is made of one value. */
export type Assignment =
  | { readonly kind: "target"; readonly target: Target; readonly note?: string }
  /** Nothing of a stack, and nothing is lost when it goes. `why` is missing where nobody said. */
  | { readonly kind: "ignored"; readonly why?: string }
  /** Nothing of this stack, as far as anyone can tell. */
  | { readonly kind: "unmapped"; readonly why: string }
  /** It could be several things. */
  | { readonly kind: "refused"; readonly why: string };
