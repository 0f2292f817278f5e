/** The architectures every image must be built for: those of Pis and of other edge hosts. */
export const architectures = ["amd64", "arm64"] as const;

/** What a registry says of an image, or why it says nothing. */
export type ImageVerdict =
  | { readonly image: string; readonly built: readonly string[] }
  | { readonly image: string; readonly unknown: string };

/** An image's reference in its parts. */
export interface ImageName {
  readonly registry: string;
  readonly path: string;
  /** Tag or digest. */
  readonly reference: string;
}

/** Milliseconds for one answer. */
const patience = 15_000;

const indexTypes = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
];
const manifestTypes = [
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
];

/** Reads an image's reference as container runtimes do: no registry is Docker Hub. */
export function imageName(image: string): ImageName {
  const [named = "", digest] = image.split("@");
  const [first = "", ...rest] = named.split("/");
  const hasRegistry = rest.length > 0 && (/[.:]/.test(first) || first === "localhost");
  const registry = hasRegistry ? first : "docker.io";
  const tagged = hasRegistry ? rest.join("/") : named;
  const [, path = tagged, tag] = /^(.*?)(?::([^:/]+))?$/.exec(tagged) ?? [];
  const full = registry === "docker.io" && !path.includes("/") ? `library/${path}` : path;
  return { registry, path: full, reference: digest ?? tag ?? "latest" };
}

function baseUrl({ registry, path }: ImageName): string {
  const host = registry === "docker.io" ? "registry-1.docker.io" : registry;
  const scheme = /^(localhost|127\.0\.0\.1)(:|$)/.test(host) ? "http" : "https";
  return `${scheme}://${host}/v2/${path}`;
}

/** An anonymous token, as the refusal says where to get one. */
async function tokenFor(challenge: string): Promise<string | undefined> {
  const field = (name: string) => new RegExp(`${name}="([^"]*)"`).exec(challenge)?.[1];
  const realm = field("realm");
  if (!challenge.startsWith("Bearer ") || realm === undefined) return undefined;
  const url = new URL(realm);
  for (const name of ["service", "scope"]) {
    const value = field(name);
    if (value !== undefined) url.searchParams.set(name, value);
  }
  const response = await fetch(url, { signal: AbortSignal.timeout(patience) });
  if (!response.ok) return undefined;
  const body = (await response.json()) as { token?: string; access_token?: string };
  return body.token ?? body.access_token;
}

async function get(url: string, token: string | undefined): Promise<Response> {
  const accept = [...indexTypes, ...manifestTypes].join(", ");
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return fetch(url, {
    headers: { accept, ...authorization },
    signal: AbortSignal.timeout(patience),
  });
}

interface Manifest {
  readonly manifests?: readonly {
    readonly platform?: { readonly architecture?: string; readonly os?: string };
  }[];
  readonly config?: { readonly digest: string };
}

/** Asks a registry, without any log-in, for which architectures an image is built. */
export async function askRegistry(image: string): Promise<ImageVerdict> {
  const name = imageName(image);
  const base = baseUrl(name);
  const url = `${base}/manifests/${name.reference}`;
  try {
    let token: string | undefined;
    let response = await get(url, token);
    if (response.status === 401) {
      token = await tokenFor(response.headers.get("www-authenticate") ?? "");
      response = await get(url, token);
    }
    if (!response.ok) return { image, unknown: `HTTP ${String(response.status)} of ${url}` };
    const { manifests, config } = (await response.json()) as Manifest;
    if (manifests !== undefined) {
      const found = manifests
        .filter(({ platform }) => platform?.os === "linux")
        .map(({ platform }) => platform?.architecture ?? "");
      return { image, built: [...new Set(found)].sort() };
    }
    const blob = await get(`${base}/blobs/${config?.digest ?? ""}`, token);
    const { architecture } = (await blob.json()) as { architecture?: string };
    return architecture === undefined
      ? { image, unknown: `${url} is no manifest that tells` }
      : { image, built: [architecture] };
  } catch (error) {
    const cause = error instanceof Error ? (error.cause ?? error) : error;
    const said = cause instanceof Error ? cause.message : String(cause);
    return { image, unknown: `${name.registry} cannot be reached: ${said}` };
  }
}
