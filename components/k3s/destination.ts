/** Where copies go: exactly one of the three. */
export type Destination =
  | {
      readonly kind: "s3";
      readonly endpoint: string;
      readonly bucket: string;
      readonly region: string;
      readonly prefix?: string | undefined;
      /** `https://endpoint/bucket` instead of `https://bucket.endpoint`. */
      readonly pathStyle: boolean;
    }
  | { readonly kind: "nfs"; readonly server: string; readonly path: string }
  | {
      readonly kind: "ssh";
      readonly host: string;
      readonly port: number;
      readonly user: string;
      readonly path: string;
      /** Pinned, `<type> <base64>`. */
      readonly hostKey: string;
    };

/** What a host is told about copies, less every secret. */
export interface DestinationSettings {
  readonly destination: Destination;
  /** Name of the cluster; begins the name of every copy. */
  readonly cluster: string;
  /** Copies kept of each server and each volume. */
  readonly retention: number;
}

/** Renders `/etc/bramble/snapshots/destination`: one `key=value` a line, as offhost.sh reads it. */
export function renderDestination({
  destination,
  cluster,
  retention,
}: DestinationSettings): string {
  const hostKey = "hostKey" in destination ? pinned(destination.hostKey) : undefined;
  return Object.entries({ cluster, retention, ...destination, hostKey })
    .flatMap(([key, value]) => (value === undefined ? [] : [`${key}=${String(value)}\n`]))
    .join("");
}

/** A pin without its comment. */
function pinned(hostKey: string): string {
  return hostKey.trim().split(/\s+/).slice(0, 2).join(" ");
}
