import { formatHostKey, parseHostKey, sshAddress } from "./hostKeys";
import type { Config, HostConfig } from "../../config/schema";

/** Arguments of `ssh` and `scp` alike that accept just the pinned key, and never ask. */
export function sshOptions(
  host: HostConfig,
  knownHosts: string,
  identity: string | undefined,
): string[] {
  const options = [
    "BatchMode=yes",
    "ConnectTimeout=10",
    "ServerAliveInterval=15",
    `UserKnownHostsFile=${knownHosts}`,
    "GlobalKnownHostsFile=/dev/null",
    "LogLevel=ERROR",
    ...(host.hostKey === undefined
      ? ["StrictHostKeyChecking=no"]
      : ["StrictHostKeyChecking=yes", `HostKeyAlgorithms=${parseHostKey(host.hostKey).type}`]),
    ...(identity === undefined ? [] : [`IdentityFile=${identity}`, "IdentitiesOnly=yes"]),
  ];
  return options.flatMap((option) => ["-o", option]);
}

/** The `known_hosts` file that holds a host's pinned key; empty without a pin. */
export function knownHostsText(config: Config, host: HostConfig): string {
  if (host.hostKey === undefined) return "";
  const { address, port } = sshAddress(config, host);
  const name = port === 22 ? address : `[${address}]:${port}`;
  return `${name} ${formatHostKey(parseHostKey(host.hostKey))}\n`;
}
