import { z } from "zod";
import { dnsLabel } from "./fields";

const level = z.enum(["privileged", "baseline", "restricted"]);

/** The API's audit log: `bramble:k3s.audit`. Its defaults take 220 MB of a server's card at most. */
export const audit = z.strictObject({
  enabled: z.boolean().default(true).describe("Record who did what at the API, on each server."),
  maxAgeDays: z.number().int().min(1).default(30).describe("Days after which a file is deleted."),
  maxBackups: z
    .number()
    .int()
    .min(1)
    .default(10)
    .describe("Full files kept beside the current one."),
  maxSizeMegabytes: z
    .number()
    .int()
    .min(1)
    .default(20)
    .describe("MB after which a new file is begun."),
});

/** What holds where a namespace says nothing itself: `bramble:k3s.podSecurity`. */
export const podSecurity = z.strictObject({
  enforce: level.default("baseline").describe("Pods beyond this level are refused."),
  audit: level.default("restricted").describe("Pods beyond this level are noted in the audit log."),
  warn: level
    .default("restricted")
    .describe("Whoever creates pods beyond this level is warned, and they run."),
  exemptNamespaces: z
    .array(dnsLabel)
    .default([])
    .describe(
      "Your namespaces that are held to nothing. Better: label the namespace with the level it needs.",
    ),
});
