import { imageReference, images } from "../../catalogue/images";
import { leastPrivilege, runtimeSeccomp } from "../podSecurity";
import { resources } from "./resources";

const webhookPort = 9443;

/**
 * Holds the controller's pod unready until its webhook listens.
 *
 * MetalLB's own readiness says nothing about the webhook, which starts only once its certificate
 * has been made, injected and mounted: up to a minute and a half later. Helm would be done long
 * before, and the address pools refused ("failed calling webhook"), which Pulumi does not retry.
 *
 * @see https://github.com/metallb/metallb/blob/v0.16.1/internal/k8s/k8s.go (`AddReadyzCheck`)
 * @see https://github.com/metallb/metallb/issues/1597
 */
function webhookGate() {
  return {
    name: "webhook-gate",
    image: imageReference(images.pause),
    readinessProbe: { tcpSocket: { port: webhookPort }, periodSeconds: 2, failureThreshold: 1 },
    resources: resources("1m", "4Mi", "16Mi"),
    securityContext: leastPrivilege,
  };
}

/**
 * Values of the MetalLB chart: layer 2 only, so both of its BGP backends are off.
 *
 * @see https://github.com/metallb/metallb/blob/v0.16.1/charts/metallb/values.yaml
 */
export function metallbValues() {
  return {
    frrk8s: { enabled: false },
    controller: {
      resources: resources("10m", "32Mi", "128Mi"),
      // Beside the chart's own: Helm merges maps.
      securityContext: runtimeSeccomp,
      extraContainers: [webhookGate()],
    },
    speaker: {
      frr: { enabled: false },
      securityContext: runtimeSeccomp,
      resources: resources("10m", "24Mi", "128Mi"),
    },
  };
}
