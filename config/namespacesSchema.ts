import { z } from "zod";
import { dnsLabel, quantity } from "./fields";

const quota = z.strictObject({
  pods: z.number().int().min(1).optional().describe("Most pods."),
  cpu: z.number().positive().optional().describe("Cores that all requests may sum up to."),
  memory: quantity.optional().describe("Memory that all requests may sum up to."),
  memoryLimit: quantity.optional().describe("Memory that all limits may sum up to."),
});

/** `bramble:platform.namespaces`: what keeps namespaces apart and in bounds. */
export const namespaces = z.strictObject({
  networkPolicies: z
    .boolean()
    .default(true)
    .describe("Refuse all traffic of the platform's pods but what they need."),
  enforceQuotas: z
    .boolean()
    .default(true)
    .describe("Bound what the pods of a namespace may ask for in all."),
  quotas: z
    .record(dnsLabel, quota)
    .default({})
    .describe("Bounds in place of Bramble's own, by namespace."),
});
