import { receiverKind, receiverSecretKeys, receiverTypes } from "../../../config/receivers";
import type { Config } from "../../../config/schema";
import { registriesWithLogin } from "../../../config/secrets";
import type { Assignment } from "./assignment";
import { plainName, plainNames, secretPrefix } from "./names";
import { receiverPrefixes, receiverSpellings, registrySpellings } from "./partNames";

const quoted = (names: readonly string[]): string => names.join(", ");

const byReceiverType = new Map(
  receiverSpellings.flatMap((row) => {
    const names = plainNames(row.names);
    const all = [...names, ...receiverPrefixes.flatMap((word) => names.map((name) => word + name))];
    return all.map((name) => [name, row] as const);
  }),
);

const byRegistry = new Map(
  registrySpellings.flatMap((row) => plainNames(row.names).map((name) => [name, row] as const)),
);

/** A value of the secret `alertReceivers`, by the type of its receiver. */
export function ofReceiver(
  name: string,
  { platform: { monitoring } }: Config,
): Assignment | undefined {
  const row = byReceiverType.get(name);
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
export function byReceiverName(path: readonly string[], config: Config): Assignment | undefined {
  const [list = "", name = "", key = ""] = path.slice(-3);
  if (!["alertreceivers", "receivers"].includes(plainName(list)?.replace(secretPrefix, "") ?? "")) {
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

/** Log-ins of registries in Docker's own form: `auths: {<registry>: {…}}`. */
export function byDockerForm(path: readonly string[], config: Config): Assignment | undefined {
  const [list, registry, key] = path.slice(-3);
  if (list !== "auths" || (key !== "username" && key !== "password")) return undefined;
  return toRegistry(registry, key, config);
}

/** Log-ins of registries by usual names. */
export function ofRegistry(name: string, config: Config): Assignment | undefined {
  const row = byRegistry.get(name);
  return row === undefined ? undefined : toRegistry(row.registry, row.key, config);
}
