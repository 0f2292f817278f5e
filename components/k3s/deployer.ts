import { parse } from "yaml";

interface Authorities {
  readonly clusters?: readonly { readonly cluster?: Readonly<Record<string, unknown>> }[];
}

/** The authority that a kubeconfig's cluster is known by; undefined where the text is none. */
function authorityOf(kubeconfig: string): unknown {
  try {
    const { clusters } = (parse(kubeconfig) ?? {}) as Authorities;
    return clusters?.[0]?.cluster?.["certificate-authority-data"];
  } catch {
    return undefined;
  }
}

/**
 * Whether a deployer's kubeconfig is of the cluster that an admin's is of. A cluster that was made
 * anew has another authority: nobody there knows the deployer of the one before.
 */
export function isOfSameCluster(admin: string, deployer: string): boolean {
  const authority = authorityOf(admin);
  return authority !== undefined && authority === authorityOf(deployer);
}
