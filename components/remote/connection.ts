import type { types } from "@pulumi/command";
import type * as pulumi from "@pulumi/pulumi";

/** A machine that hands connections on. */
export interface Bastion {
  readonly address: string;
  readonly port: number;
  readonly user: string;
  /** Pinned host key, `<type> <base64>`. Without one any host key is accepted. */
  readonly hostKey?: string;
}

/** One host as scripts reach it. */
export interface HostTarget {
  /** Host name; names the resources made for it. */
  readonly name: string;
  readonly address: string;
  readonly user: string;
  readonly port: number;
  /** Pinned host key, `<type> <base64>`. Without one any host key is accepted. */
  readonly hostKey?: string;
  /** Machine through which the host is reached; it takes the same key. */
  readonly bastion?: Bastion;
  /** Private key; without one the running ssh-agent is used. */
  readonly privateKey?: pulumi.Output<string>;
  /** Raised to converge the host again though nothing else changed. */
  readonly generation: number;
}

/** How long connecting is tried: `firstContact` for a mistake, `reboot` for a Pi that restarts. */
export const patience = {
  /** About eleven seconds: enough for a lost packet, short for a wrong address, user or key. */
  firstContact: 10,
  /** About eight minutes: a Pi with a long file system check still makes it. */
  reboot: 105,
} as const;

/**
 * The connection of a host for `command.remote`. The agent's socket path stays unset, since it
 * changes with each login and a changed connection runs commands again.
 *
 * @see https://www.pulumi.com/registry/packages/command/api-docs/remote/command/#connection
 */
export function connectionOf(
  host: HostTarget,
  dialErrorLimit: number = patience.firstContact,
): types.input.remote.ConnectionArgs {
  const end = ({ address, port, user, hostKey }: Bastion) => ({
    host: address,
    port,
    user,
    dialErrorLimit,
    perDialTimeout: 10,
    ...(hostKey === undefined ? {} : { hostKey }),
    ...(host.privateKey === undefined ? {} : { privateKey: host.privateKey }),
  });
  return {
    ...end(host),
    ...(host.bastion === undefined ? {} : { proxy: end(host.bastion) }),
  };
}
