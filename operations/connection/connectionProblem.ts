/** Where a connection was to go. */
export interface Destination {
  readonly name: string;
  readonly address: string;
  readonly user: string;
  readonly stack: string;
  /** The bastion before the host. */
  readonly bastion?: { readonly address: string; readonly user: string } | undefined;
}

/** What ssh says, and what it means for an end of a connection. */
function meanings({ address, user }: { address: string; user: string }, stack: string) {
  return [
    [
      /host key verification failed|identification has changed|no matching host key/i,
      `shows another host key than the pinned one: run \`npm run hosts -- ${stack} trust\` to compare`,
    ],
    [
      /permission denied/i,
      `refuses your key for user ${user}: run \`ssh-copy-id ${user}@${address}\`, or name the key with --identity`,
    ],
    [
      /open failed|forwarding failed/i,
      `cannot be reached through the bastion: is it on, and does the bastion's sshd allow TCP forwarding (AllowTcpForwarding)?`,
    ],
    [
      /timed out|no route|refused|unreachable|could not resolve/i,
      `does not answer SSH at ${address}: is it on, on this network, and does it run sshd?`,
    ],
    [
      /password is required|not in the sudoers|not allowed to/i,
      `lets ${user} not run sudo without a password: on the host run \`echo '${user} ALL=(ALL) NOPASSWD: ALL' | sudo tee /etc/sudoers.d/${user}\``,
    ],
  ] as const;
}

/** Why a connection failed, in one line with a mend. */
export function connectionProblem(stderr: string, destination: Destination): string {
  const { name, address, stack, bastion } = destination;
  const last = stderr.trim().split("\n").at(-1) ?? "";
  // ssh names the machine it complains about; it is the host unless it is the bastion alone.
  const atBastion =
    bastion !== undefined && stderr.includes(bastion.address) && !stderr.includes(address);
  const end = atBastion ? bastion : destination;
  const known = meanings(end, stack).find(([pattern]) => pattern.test(stderr));
  const subject = atBastion ? `${name}: the bastion ${bastion.address}` : `${name}:`;
  return `${subject} ${known?.[1] ?? (last === "" ? "the check ended early" : last)}`;
}
