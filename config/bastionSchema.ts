import { z } from "zod";
import { hostKey, machine, port } from "./fields";
import type { Problem } from "./problems";

/**
 * A machine through which every host is reached: `bramble:ssh.bastion`. Best none of the cluster's
 * own hosts, since those reboot; one that is, is reached directly.
 */
export const bastion = z.strictObject({
  address: machine.describe("Address or name of the bastion, as this machine reaches it."),
  port: port.default(22).describe("SSH port of the bastion."),
  user: z
    .string()
    .min(1)
    .optional()
    .describe("SSH user of the bastion; needs no sudo. Default: `ssh.user`."),
  hostKey: hostKey
    .optional()
    .describe("Pinned SSH host key of the bastion; `npm run hosts -- <stack> trust` writes it."),
});

/** A bastion without a pin sees and could change everything: it is refused as a host is. */
export function bastionProblems(ssh: {
  readonly requireHostKeys: boolean;
  readonly bastion?: z.output<typeof bastion> | undefined;
}): Problem[] {
  if (ssh.bastion === undefined || !ssh.requireHostKeys || ssh.bastion.hostKey !== undefined) {
    return [];
  }
  const mend = "run `npm run hosts -- <stack> trust` (or set ssh.requireHostKeys to false)";
  return [{ path: "ssh.bastion.hostKey", message: `the bastion has no pinned host key: ${mend}` }];
}
