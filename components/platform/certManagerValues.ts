import { resources } from "./resources";

/**
 * Values of the cert-manager chart. Its start-up check is a hook that ends when the webhook
 * answers, so issuers that depend on the release are never refused.
 *
 * @see https://cert-manager.io/docs/installation/helm/
 */
export function certManagerValues() {
  return {
    // Kept on uninstall: removing the definitions would delete every certificate.
    crds: { enabled: true, keep: true },
    global: { leaderElection: { namespace: "cert-manager" } },
    resources: resources("10m", "48Mi", "192Mi"),
    webhook: { resources: resources("10m", "24Mi", "96Mi") },
    cainjector: { resources: resources("10m", "48Mi", "256Mi") },
    startupapicheck: { enabled: true, timeout: "5m", resources: resources("10m", "24Mi", "96Mi") },
  };
}
