/** Variables that open a stack, or what its secrets once lay in. Only the CLI needs them. */
const keys = /^(PULUMI_(CONFIG_PASSPHRASE|ACCESS_TOKEN)|BRAMBLE_NEW_PASSPHRASE|SOPS_AGE_KEY$)/;

/**
 * The environment of a program that is not the CLI: ssh, kubectl, helm, git and others. Whatever they
 * start or log then has no key of the stack.
 *
 * @param more variables beside the operator's own.
 */
export function childEnvironment(
  more: Readonly<Record<string, string | undefined>> = {},
  own: NodeJS.ProcessEnv = process.env,
): NodeJS.ProcessEnv {
  const kept = Object.entries(own).filter(([name]) => !keys.test(name));
  return { ...Object.fromEntries(kept), ...more };
}
