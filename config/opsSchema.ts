import { z } from "zod";
import { appBackups } from "./appBackupsSchema";
import { address, httpUrl } from "./fields";

/** `bramble:ops`: what watches the services and keeps their configurations. */
export const ops = z.strictObject({
  probes: z
    .strictObject({
      enabled: z
        .boolean()
        .default(true)
        .describe("Ask every address each minute whether it answers; needs platform.monitoring."),
      gateway: address.optional().describe("Your router, asked by ping."),
      dnsServers: z
        .array(address)
        .default([])
        .describe("Name servers of your network, asked for a public name."),
      internet: z
        .array(httpUrl)
        .default(["https://www.gstatic.com/generate_204"])
        .describe("Addresses that tell whether the internet is there. `[]`: none is asked."),
    })
    .prefault({})
    .describe("Probes."),
  statusPage: z
    .strictObject({
      enabled: z.boolean().default(true).describe("Serve a page that shows what works."),
      address: address
        .optional()
        .describe("Its LoadBalancer address; must lie in a pool. Unset: `status.<domain>` only."),
    })
    .prefault({})
    .describe("The status page."),
  appBackups: appBackups.prefault({}).describe("Copies of the apps' configurations."),
});

/** Settings of what watches the services. */
export type OpsConfig = z.output<typeof ops>;
