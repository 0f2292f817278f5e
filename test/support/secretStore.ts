import type { SecretName } from "../../config/secrets";
import type { ConfigStore } from "../../operations/secrets/store";

/** An encrypted config in memory, with a list of what was written to it. */
export interface FakeStore extends ConfigStore {
  readonly values: Map<SecretName, string>;
  /** Names in the order they were written, the trail's own key left out. */
  readonly writes: SecretName[];
  /** What stands in clear text. */
  readonly clear: Map<SecretName, string>;
}

/** See {@link FakeStore}. */
export function fakeStore(given: Partial<Record<SecretName, string>> = {}): FakeStore {
  const values = new Map(Object.entries(given) as [SecretName, string][]);
  const writes: SecretName[] = [];
  const clear = new Map<SecretName, string>();
  return {
    ...{ values, writes, clear },
    get: (name) => Promise.resolve(values.get(name)),
    set: (name, value) => {
      if (name !== "trailKey") writes.push(name);
      values.set(name, value);
      return Promise.resolve();
    },
    all: () => Promise.resolve(new Map(values)),
    inClear: () => Promise.resolve(new Map(clear)),
  };
}
