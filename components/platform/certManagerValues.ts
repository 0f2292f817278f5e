import { resources } from "./resources";

/**
 * Values of the cert-manager chart. Its start-up check is a hook that ends when the webhook
 * answers, so issuers that depend on the release are never refused.
 *
 * @param nameservers resolvers that see the public zone. Default: the cluster's own.
 * @see https://cert-manager.io/docs/installation/helm/
 */
export function certManagerValues(nameservers: readonly string[] = []) {
  return {
    ...(nameservers.length > 0 && {
      dns01RecursiveNameservers: nameservers.join(","),
      // The DNS at home may answer for the zone with addresses of its own, and without the records
      // that prove the name.
      dns01RecursiveNameserversOnly: true,
    }),
    // Kept on uninstall: removing the definitions would delete every certificate.
    crds: { enabled: true, keep: true },
    global: { leaderElection: { namespace: "cert-manager" } },
    resources: resources("10m", "48Mi", "192Mi"),
    webhook: { resources: resources("10m", "24Mi", "96Mi") },
    cainjector: { resources: resources("10m", "48Mi", "256Mi") },
    startupapicheck: { enabled: true, timeout: "5m", resources: resources("10m", "24Mi", "96Mi") },
  };
}
