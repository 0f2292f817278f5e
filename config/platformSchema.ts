import { z } from "zod";
import { certManager } from "./certificatesSchema";
import { quantity } from "./fields";
import { keptFor } from "./retention";
import { monitoring } from "./monitoringSchema";
import { ingress } from "./ingressSchema";
import { namespaces } from "./namespacesSchema";

/** A store on a volume of the cluster's default class that forgets by age. */
const sizedStore = (what: string, size: string, kept: string) =>
  z
    .strictObject({
      enabled: z.boolean().default(true).describe("Install it."),
      storage: quantity.default(size).describe("Size of its volume."),
      retention: keptFor.default(kept).describe("How long it keeps data; at least a day."),
    })
    .prefault({})
    .describe(`${what}.`);

/** `bramble:platform`: the releases of the platform, one key each. */
export const platform = z.strictObject({
  traefik: z
    .strictObject({
      enabled: z.boolean().default(true).describe("Install Traefik."),
      replicas: z.number().int().min(1).default(1).describe("How often it runs, on hosts apart."),
    })
    .prefault({})
    .describe("Ingress controller."),
  metallb: z
    .strictObject({ enabled: z.boolean().default(true).describe("Install MetalLB.") })
    .prefault({})
    .describe("Addresses for LoadBalancer Services."),
  certManager: certManager.prefault({}).describe("TLS certificates."),
  ingress: ingress.prefault({}).describe("What people reach by name."),
  namespaces: namespaces.prefault({}).describe("What keeps namespaces apart and in bounds."),
  monitoring: monitoring.prefault({}).describe("kube-prometheus-stack. Defaults: 20Gi kept 10d."),
  logging: sizedStore("Loki and Alloy", "10Gi", "168h"),
  tracing: sizedStore("Jaeger, which takes traces by OTLP", "5Gi", "72h"),
  argocd: z
    .strictObject({ enabled: z.boolean().default(true).describe("Install Argo CD.") })
    .prefault({})
    .describe("GitOps for the workloads."),
});
