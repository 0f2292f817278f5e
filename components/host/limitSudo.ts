import type { remote } from "@pulumi/command";
import type * as pulumi from "@pulumi/pulumi";
import type { HostTarget } from "../remote/connection";
import { remoteScript } from "../remote/remoteScript";

/**
 * Lets the user of a host's connection run Bramble's scripts as root without a password, and nothing
 * else, until this is removed.
 */
export function limitSudo(host: HostTarget, opts: pulumi.CustomResourceOptions): remote.Command {
  return remoteScript(
    `${host.name}-sudo`,
    {
      host,
      create: {
        script: "sudoers.sh",
        args: ["converge", "--user", host.user],
        timeoutSeconds: 60,
      },
      delete: { script: "sudoers.sh", args: ["remove"], timeoutSeconds: 60 },
    },
    opts,
  );
}
