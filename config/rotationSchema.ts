import { z } from "zod";

/** A counter: one more is one rotation. */
function counter(what: string) {
  return z
    .number()
    .int()
    .min(1)
    .default(1)
    .describe(`Raise it by one to replace ${what} at the next \`pulumi up\`.`);
}

/** Which credentials of k3s are of which generation: `bramble:k3s.rotation`. */
export const rotation = z.strictObject({
  serverToken: counter("the token servers join with; servers restart one by one"),
  agentToken: counter("the token agents join with; every node restarts, servers one by one"),
  certificates: counter("the certificates of every node and of the admin kubeconfig"),
  certificateAuthority: counter(
    "the cluster's certificate authorities, cross-signed by the old ones, and the key of service accounts",
  ),
  secretsKey: counter("the key that Secrets are encrypted with in etcd"),
});

/** Counters of k3s's credentials. */
export type RotationConfig = z.output<typeof rotation>;

/** One credential that a counter rotates. */
export type RotationItem = keyof RotationConfig;

/**
 * The first minor release of Kubernetes 1.x whose k3s can replace a credential of a running cluster.
 *
 * @see https://docs.k3s.io/cli/token
 * @see https://docs.k3s.io/cli/certificate
 * @see https://docs.k3s.io/cli/secrets-encrypt
 */
export const rotatableSince: Readonly<Record<RotationItem, number>> = {
  serverToken: 28,
  agentToken: 28,
  certificates: 22,
  certificateAuthority: 27,
  secretsKey: 28,
};
