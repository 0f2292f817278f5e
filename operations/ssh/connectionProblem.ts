/** Why a connection failed, in one line with a mend. */
export function connectionProblem(
  stderr: string,
  host: { name: string; address: string; user: string; stack: string },
): string {
  const { name, address, user, stack } = host;
  const last = stderr.trim().split("\n").at(-1) ?? "";
  const words = [
    [
      /host key verification failed|identification has changed|no matching host key/i,
      `shows another host key than the pinned one: run \`npm run hosts -- ${stack} trust\` to compare`,
    ],
    [
      /permission denied/i,
      `refuses your key for user ${user}: run \`ssh-copy-id ${user}@${address}\`, or name the key with --identity`,
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
  const known = words.find(([pattern]) => pattern.test(stderr));
  return `${name}: ${known?.[1] ?? (last === "" ? "the check ended early" : last)}`;
}
