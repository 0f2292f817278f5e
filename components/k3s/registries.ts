import { stringify } from "yaml";
import { k3sConfigDirectory } from "./paths";

/** Where images of one registry are asked for. */
export interface RegistryMirror {
  readonly endpoints: readonly string[];
  /** Patterns of image names, and what takes their place at the endpoints. */
  readonly rewrite: Readonly<Record<string, string>>;
}

/** How one registry is talked to. */
export interface RegistryAccess {
  /** PEM text of the CA to trust. */
  readonly ca?: string;
  readonly insecureSkipVerify: boolean;
  /** Whether it has an entry in the credentials. */
  readonly auth: boolean;
}

/** Mirrors and access by registry, `*` being every one. */
export interface Registries {
  readonly mirrors: Readonly<Record<string, RegistryMirror>>;
  readonly configs: Readonly<Record<string, RegistryAccess>>;
}

/** User and password by registry. */
export type RegistryLogins = Readonly<
  Record<string, { readonly username: string; readonly password: string }>
>;

/** File name of a registry's CA on hosts; names of registries hold no underscore. */
function caFileName(registry: string): string {
  return `registry-ca-${registry === "*" ? "_" : registry.replace(":", "_")}.pem`;
}

/** The CA files that nodes need, by file name. */
export function registryCaFiles({ configs }: Registries): Record<string, string> {
  return Object.fromEntries(
    Object.entries(configs).flatMap(([registry, { ca }]) =>
      ca === undefined ? [] : [[caFileName(registry), ca] as const],
    ),
  );
}

/** Whether anything is said of registries at all. */
export function hasRegistries({ mirrors, configs }: Registries): boolean {
  return Object.keys(mirrors).length + Object.keys(configs).length > 0;
}

/** Whether the rendered file holds a secret. */
export function holdsLogins({ configs }: Registries): boolean {
  return Object.values(configs).some(({ auth }) => auth);
}

function renderMirror({ endpoints, rewrite }: RegistryMirror): object {
  return {
    ...(endpoints.length === 0 ? {} : { endpoint: endpoints }),
    ...(Object.keys(rewrite).length === 0 ? {} : { rewrite }),
  };
}

function renderAccess(registry: string, access: RegistryAccess, logins: RegistryLogins): object {
  const login = access.auth ? logins[registry] : undefined;
  const tls = {
    ...(access.ca === undefined
      ? {}
      : { ca_file: `${k3sConfigDirectory}/${caFileName(registry)}` }),
    ...(access.insecureSkipVerify ? { insecure_skip_verify: true } : {}),
  };
  return {
    ...(login === undefined
      ? {}
      : { auth: { username: login.username, password: login.password } }),
    ...(Object.keys(tls).length === 0 ? {} : { tls }),
  };
}

/**
 * Renders /etc/rancher/k3s/registries.yaml of a node; secret when a registry takes a log-in.
 *
 * @see https://docs.k3s.io/installation/private-registry
 */
export function renderRegistries(
  { mirrors, configs }: Registries,
  logins: RegistryLogins = {},
): string {
  const rendered = {
    mirrors: Object.entries(mirrors).map(([name, mirror]) => [name, renderMirror(mirror)]),
    configs: Object.entries(configs).map(([name, access]) => [
      name,
      renderAccess(name, access, logins),
    ]),
  };
  return stringify(
    Object.fromEntries(
      Object.entries(rendered)
        .filter(([, rows]) => rows.length > 0)
        .map(([key, rows]) => [key, Object.fromEntries(rows) as object]),
    ),
    { lineWidth: 0 },
  );
}
