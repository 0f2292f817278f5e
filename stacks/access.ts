import type * as pulumi from "@pulumi/pulumi";
import { UserAuthority } from "../components/host/UserAuthority";
import type { Config } from "../config/schema";
import type { PreparedHost } from "./hosts";

/**
 * Who may log in to the hosts beside the holders of keys: whoever the stack's own authority signs a
 * certificate for.
 *
 * @returns the authority's private key, secret; `undefined` when there is none.
 */
export function access(
  { cluster, ssh }: Config,
  prepared: readonly PreparedHost[],
): pulumi.Output<string> | undefined {
  if (!ssh.userCa.enabled) return undefined;
  const authority = new UserAuthority(`${cluster.name}-access`, {
    generation: ssh.userCa.rotation,
  });
  for (const { target, host, prepared: ready } of prepared) {
    authority.trust(target, { parent: host, dependsOn: [ready] });
  }
  return authority.privateKey;
}
