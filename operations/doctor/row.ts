import type { Facts, HostFacts } from "./facts";

/** How something is. `unknown`: it could not be found out here, which is no fault. */
export type State = "ok" | "warn" | "fail" | "unknown";

/** What a look at facts found. */
export interface Finding {
  readonly state: State;
  /** What was seen, with its figure. */
  readonly text: string;
  /** In place of the row's own mend, where this finding asks for another. */
  readonly mend?: string;
}

interface Row {
  readonly id: string;
  readonly title: string;
  /** What a person does about it, or types. */
  readonly mend: string;
}

/** Something that is looked at on every host that answers. */
export interface HostRow extends Row {
  /** Nothing where the row is not about this host. */
  readonly look: (host: HostFacts, facts: Facts) => Finding | undefined;
}

/** Something that is looked at once in a cluster. */
export interface ClusterRow extends Row {
  readonly look: (facts: Facts) => Finding | undefined;
}

export const ok = (text: string): Finding => ({ state: "ok", text });
export const unknown = (text: string): Finding => ({ state: "unknown", text });
export const warn = (text: string, mend?: string): Finding => ({
  ...{ state: "warn", text },
  ...(mend === undefined ? {} : { mend }),
});
export const fail = (text: string, mend?: string): Finding => ({
  ...warn(text, mend),
  state: "fail",
});

/** What limits say of a figure that should be low. */
export function judged(
  value: number,
  limits: { warn: number; fail: number },
  text: string,
): Finding {
  if (value >= limits.fail) return fail(text);
  return value >= limits.warn ? warn(text) : ok(text);
}
