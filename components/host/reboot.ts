import type { remote } from "@pulumi/command";
import type * as pulumi from "@pulumi/pulumi";
import { patience, type HostTarget } from "../remote/connection";
import { remoteScript } from "../remote/remoteScript";

/**
 * Reboots a host if its preparation noted a need, and comes back when it serves again.
 *
 * The first command goes down detached, the second dials a new connection until the host is back
 * and compares its boot id. Servers call this one after the other, so that never two are away.
 *
 * @param drainTimeout seconds that the pods of a serving server are given to leave it; 0: they stay.
 * @returns the command that is done when the host is back.
 */
export function rebootIfNeeded(
  host: HostTarget,
  drainTimeout: number,
  opts: pulumi.CustomResourceOptions,
): remote.Command {
  const request = remoteScript(
    `${host.name}-reboot`,
    {
      host,
      create: {
        script: "reboot.sh",
        args: ["request", String(drainTimeout)],
        timeoutSeconds: 300 + drainTimeout,
      },
    },
    opts,
  );
  return remoteScript(
    `${host.name}-back`,
    {
      host,
      create: { script: "reboot.sh", args: ["await"], timeoutSeconds: 900 },
      stdin: request.stdout,
      dialErrorLimit: patience.reboot,
    },
    { ...opts, dependsOn: [request] },
  );
}
