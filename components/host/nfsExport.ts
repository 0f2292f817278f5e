import type { remote } from "@pulumi/command";
import type * as pulumi from "@pulumi/pulumi";
import type { HostTarget } from "../remote/connection";
import { remoteScript } from "../remote/remoteScript";

/** Arguments of {@link nfsExport}. */
export interface NfsExportArgs {
  readonly host: HostTarget;
  /** Directory to export; made when missing. */
  readonly path: string;
  /** Addresses that may mount it. */
  readonly clients: readonly string[];
}

/** Debian packages of an NFS server. */
export const nfsServerPackages = ["nfs-kernel-server"] as const;

/**
 * Exports a directory of a host to the cluster. There is no `delete`: what others have mounted, and
 * the data in it, outlives the cluster.
 */
export function nfsExport(
  { host, path, clients }: NfsExportArgs,
  opts: pulumi.CustomResourceOptions,
): remote.Command {
  return remoteScript(
    `${host.name}-nfs-export`,
    {
      host,
      create: {
        script: "nfs-export.sh",
        args: ["converge", "--path", path, "--clients", clients.join(" ")],
        timeoutSeconds: 120,
      },
    },
    opts,
  );
}
