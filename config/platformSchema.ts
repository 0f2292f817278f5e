import { z } from "zod";
import { certManager } from "./certificatesSchema";
import { quantity } from "./fields";
import { monitoring } from "./monitoringSchema";
import { ingress } from "./ingressSchema";

const sizedService = z.strictObject({
  enabled: z.boolean().default(true).describe("Install this release."),
  storage: quantity.optional().describe("Size of its volume."),
  retention: z.string().optional().describe("How long it keeps data, such as `10d`."),
});

/** `bramble:platform`: the releases of the platform, one key each. */
export const platform = z.strictObject({
  traefik: z
    .strictObject({ enabled: z.boolean().default(true).describe("Install Traefik.") })
    .prefault({})
    .describe("Ingress controller."),
  metallb: z
    .strictObject({ enabled: z.boolean().default(true).describe("Install MetalLB.") })
    .prefault({})
    .describe("Addresses for LoadBalancer Services."),
  certManager: certManager.prefault({}).describe("TLS certificates."),
  ingress: ingress.prefault({}).describe("What people reach by name."),
  monitoring: monitoring.prefault({}).describe("kube-prometheus-stack. Defaults: 20Gi kept 10d."),
  logging: sizedService.prefault({}).describe("Loki and Alloy. Defaults: 10Gi kept 168h."),
  argocd: z
    .strictObject({ enabled: z.boolean().default(true).describe("Install Argo CD.") })
    .prefault({})
    .describe("GitOps for the workloads."),
});
