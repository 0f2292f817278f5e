import { receiverKind, receiverSecretKeys, receiverTypes } from "../../../config/receivers";
import type { Config } from "../../../config/schema";
import {
  registriesWithLogin,
  type SecretName,
  secretNames,
  secretRows,
} from "../../../config/secrets";
import { elsewhere, type Spellings, spellings } from "./knownNames";
import { receiverPrefixes, receiverSpellings, registrySpellings } from "./partNames";

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

/** Letters and digits of a name, in lower case; undefined where it has letters of other alphabets. */
export function plainName(text: string): string | undefined {
  return /^[\x20-\x7e]*$/.test(text) ? text.toLowerCase().replace(/[^a-z0-9]/g, "") : undefined;
}

/** What people write before a name to say that it is secret. */
const prefix = /^(vault(ed)?|secrets?|bramble)(?=.)/;
/** What people write after the name of a thing to say that its secrets are in there. */
const suffix = /(secrets?|credentials?|creds|config|login)$/;

/** A path as names to look for: all of it, and less and less of its beginning. */
export function namesOfPath(path: readonly string[]): { name: string; atTheTop: boolean }[] {
  const plain = path.map(plainName);
  if (plain.some((part) => part === undefined)) return [];
  const found = plain.flatMap((_, first) => {
    const [own = "", ...parents] = plain.slice(first).reverse();
    const bare = [...parents.map((part) => part?.replace(suffix, "")).reverse(), own].join("");
    const whole = [...parents.reverse(), own].join("");
    const atTheTop = path.length === 1;
    return [whole, bare, whole.replace(prefix, ""), bare.replace(prefix, "")].map((name) => ({
      ...{ name, atTheTop },
    }));
  });
  return found.filter(({ name }) => name !== "");
}

const plainNames = (names: readonly string[]): string[] =>
  names.flatMap((name) => plainName(name) ?? []);

type How = "name" | "generic" | "at the top";

function addAll(
  table: Map<string, { name: SecretName; how: How }>,
  name: SecretName,
  { names, generic = [], atTheTop = [] }: Spellings,
): void {
  const add = (list: readonly string[], how: How): void => {
    for (const spelled of plainNames(list)) table.set(spelled, { name, how });
  };
  add([name, ...names], "name");
  add(generic, "generic");
  add(atTheTop, "at the top");
}

const known = new Map<string, { name: SecretName; how: How }>();
for (const name of secretNames) addAll(known, name, spellings[name] ?? { names: [] });

const notConfig = new Map(
  elsewhere.flatMap((row) => plainNames(row.names).map((name) => [name, row] as const)),
);

const quoted = (names: readonly string[]): string => names.join(", ");

/** A value of the secret `alertReceivers`, by the type of its receiver. */
function ofReceiver(name: string, { platform: { monitoring } }: Config): Assignment | undefined {
  const spelled = [
    name,
    ...receiverPrefixes
      .filter((word) => name.startsWith(word))
      .map((word) => name.slice(word.length)),
  ];
  const row = receiverSpellings.find(({ names }) =>
    plainNames(names).some((one) => spelled.includes(one)),
  );
  if (row === undefined) return undefined;
  const wanting = monitoring.receivers.filter(
    (receiver) => receiver.type === row.type && receiverSecretKeys(receiver).includes(row.key),
  );
  const [receiver, ...others] = wanting;
  if (receiver === undefined) {
    const why = `no receiver of type ${row.type} in platform.monitoring.receivers takes it`;
    return { kind: "unmapped", why };
  }
  if (others.length > 0) {
    const example = `alertReceivers/${receiver.name}/${row.key}`;
    const all = quoted(wanting.map((one) => one.name));
    return { kind: "refused", why: `for which of ${all}? Say it by --map, such as ${example}` };
  }
  return { kind: "target", target: { name: "alertReceivers", part: [receiver.name, row.key] } };
}

/** `alert_receivers: {phone: {url: …}}`, by the names of the stack's receivers. */
function byReceiverName(path: readonly string[], config: Config): Assignment | undefined {
  const [list = "", name = "", key = ""] = path.slice(-3);
  if (!["alertreceivers", "receivers"].includes(plainName(list)?.replace(prefix, "") ?? "")) {
    return undefined;
  }
  const keys = new Set(receiverTypes.flatMap((type) => receiverKind(type).secrets as string[]));
  if (!keys.has(key) && !["token", "password"].includes(key)) return undefined;
  return config.platform.monitoring.receivers.some((receiver) => receiver.name === name)
    ? { kind: "target", target: { name: "alertReceivers", part: [name, key] } }
    : { kind: "unmapped", why: "platform.monitoring.receivers has no receiver of this name" };
}

const dockerHub = ["docker.io", "registry-1.docker.io", "index.docker.io"];

/** The stack's own name of a registry. */
function registryOf(named: string, registries: readonly string[]): string | undefined {
  const host = named.replace(/^https?:\/\//, "").replace(/\/(v[12]\/?)?$/, "");
  return registries.find(
    (one) => one === host || (dockerHub.includes(host) && dockerHub.includes(one)),
  );
}

function toRegistry(
  named: string | undefined,
  key: "username" | "password",
  config: Config,
): Assignment {
  const registries = registriesWithLogin(config);
  const [only, ...others] = registries;
  if (named === undefined && others.length > 0) {
    const why = `for which of ${quoted(registries)}? Say it by --map, such as registryCredentials/${only ?? ""}/${key}`;
    return { kind: "refused", why };
  }
  const registry = named === undefined ? only : registryOf(named, registries);
  if (registry === undefined) {
    return { kind: "unmapped", why: "k3s.registries.configs has no such registry with auth: true" };
  }
  return { kind: "target", target: { name: "registryCredentials", part: [registry, key] } };
}

/** Log-ins of registries: Docker's own form, and usual names. */
function ofRegistry(path: readonly string[], names: readonly string[], config: Config) {
  const [list, registry, key] = path.slice(-3);
  if (list === "auths" && (key === "username" || key === "password")) {
    return toRegistry(registry, key, config);
  }
  const row = registrySpellings.find((one) =>
    plainNames(one.names).some((name) => names.includes(name)),
  );
  return row === undefined ? undefined : toRegistry(row.registry, row.key, config);
}

const noUse = (name: SecretName): string =>
  `could be ${name}, which this stack has no use for: say so by --map if it is`;

/** A value by the usual names of secrets. */
export function lookup(path: readonly string[], config: Config): Assignment {
  let why = "no known name";
  const names = namesOfPath(path);
  const receiver = byReceiverName(path, config);
  if (receiver !== undefined) return receiver;
  const registry = ofRegistry(
    path,
    names.map(({ name }) => name),
    config,
  );
  if (registry !== undefined) return registry;
  for (const { name: spelled, atTheTop } of names) {
    const other = notConfig.get(spelled);
    if (other !== undefined) return { kind: other.mayGo ? "ignored" : "unmapped", why: other.why };
    const alert = ofReceiver(spelled, config);
    if (alert !== undefined) return alert;
    const found = known.get(spelled);
    if (found === undefined) continue;
    if (found.how === "at the top" && !atTheTop) {
      why = `could be ${found.name}: say so by --map if it is`;
      continue;
    }
    const used = secretRows[found.name].used(config);
    if (!used && found.how !== "name") return { kind: "unmapped", why: noUse(found.name) };
    const target: Target = { name: found.name, part: [] };
    return {
      kind: "target",
      target,
      ...(used ? {} : { note: "nothing of this stack uses it yet" }),
    };
  }
  return { kind: "unmapped", why };
}
