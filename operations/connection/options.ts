import { shellQuote } from "../../components/remote/render";
import type { Config, HostConfig } from "../../config/schema";
import { formatHostKey, parseHostKey, sshAddress } from "./hostKeys";

/** One end of a connection: a host or the bastion before it. */
export interface SshEnd {
  readonly address: string;
  readonly port: number;
  readonly user: string;
  /** Pinned key; without one any key is accepted. */
  readonly hostKey?: string | undefined;
}

/** A host as SSH reaches it, with the stack's defaults. */
export function sshEnd(config: Config, host: HostConfig): SshEnd {
  const user = host.user ?? config.ssh.user;
  return { ...sshAddress(config, host), user, hostKey: host.hostKey };
}

/** The bastion before a host; none before a host that is the bastion itself. */
export function bastionOf({ ssh }: Config, host?: HostConfig): SshEnd | undefined {
  const { bastion, user } = ssh;
  if (bastion === undefined || bastion.address === host?.address) return undefined;
  return { ...bastion, user: bastion.user ?? user };
}

/** Options of one connection that never asks. */
function endOptions(
  { hostKey }: SshEnd,
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
    ...(hostKey === undefined
      ? ["StrictHostKeyChecking=no"]
      : ["StrictHostKeyChecking=yes", `HostKeyAlgorithms=${parseHostKey(hostKey).type}`]),
    ...(identity === undefined ? [] : [`IdentityFile=${identity}`, "IdentitiesOnly=yes"]),
  ];
  return options.flatMap((option) => ["-o", option]);
}

/** ssh's arguments that reach an end through a bastion, whose key is checked as well. */
export function proxyOptions(
  bastion: SshEnd | undefined,
  knownHosts: string,
  identity: string | undefined,
): string[] {
  if (bastion === undefined) return [];
  const words = [
    "ssh",
    ...endOptions(bastion, knownHosts, identity),
    ...["-p", String(bastion.port), "-W", "%h:%p", `${bastion.user}@${bastion.address}`],
  ];
  // ssh fills in %h and %p; any other % is meant as it stands.
  const quote = (word: string) => shellQuote(word).replaceAll("%", "%%");
  const command = words.map((word) => (word === "%h:%p" ? word : quote(word))).join(" ");
  return ["-o", `ProxyCommand=${command}`];
}

/** Arguments of `ssh` and `scp` alike that accept just the pinned keys, and never ask. */
export function sshOptions(
  config: Config,
  host: HostConfig,
  knownHosts: string,
  identity: string | undefined,
): string[] {
  return [
    ...endOptions(sshEnd(config, host), knownHosts, identity),
    ...proxyOptions(bastionOf(config, host), knownHosts, identity),
  ];
}

/** The line of a `known_hosts` file that pins an end; empty without a pin. */
export function knownHostLine({ address, port, hostKey }: SshEnd): string {
  if (hostKey === undefined) return "";
  const name = port === 22 ? address : `[${address}]:${port}`;
  return `${name} ${formatHostKey(parseHostKey(hostKey))}\n`;
}

/** The `known_hosts` file that holds the pinned keys on the way to a host; empty without pins. */
export function knownHostsText(config: Config, host: HostConfig): string {
  const bastion = bastionOf(config, host);
  const ends = [sshEnd(config, host), ...(bastion === undefined ? [] : [bastion])];
  return ends.map(knownHostLine).join("");
}
