import type { remote } from "@pulumi/command";
import type * as pulumi from "@pulumi/pulumi";
import type { HostTarget } from "./connection";
import { remoteScript } from "./remoteScript";

/** Arguments of {@link remoteFile}. */
export interface RemoteFileArgs {
  readonly host: HostTarget;
  /** Absolute path on the host. */
  readonly path: string;
  /** The whole content. */
  readonly content: pulumi.Input<string>;
  /** Octal mode. Default: `0600`. The owner is root. */
  readonly mode?: string;
  /** Set when the content is secret: it is neither logged nor kept in plain state. */
  readonly secret?: boolean;
}

/**
 * Writes one file of root's on a host, whole or not at all. The content travels by standard input;
 * unless it is secret a preview shows what changes in it.
 */
export function remoteFile(
  name: string,
  args: RemoteFileArgs,
  opts: pulumi.CustomResourceOptions,
): remote.Command {
  return remoteScript(
    name,
    {
      host: args.host,
      create: {
        script: "file.sh",
        args: ["converge", "--path", args.path, "--mode", args.mode ?? "0600"],
        timeoutSeconds: 60,
      },
      stdin: args.content,
      secret: args.secret ?? false,
    },
    opts,
  );
}
