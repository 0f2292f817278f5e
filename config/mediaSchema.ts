import { z } from "zod";
import { mediaAppNames } from "../catalogue/apps/names";
import { address, dnsLabel, quantity } from "./fields";
import { exporters, login, transcoding, wiring } from "./mediaToolsSchema";

const mediaApp = z.strictObject({
  enabled: z.boolean().default(true).describe("Deploy this app."),
  address: address.optional().describe("Its LoadBalancer address; must lie in a pool."),
  secretGeneration: z
    .number()
    .int()
    .min(1)
    .default(1)
    .describe("Raise it by one to replace its generated key or password; only this app restarts."),
});

/** Every media app, each with its own defaults, so that a stack file names just what differs. */
const mediaApps = z.strictObject(
  Object.fromEntries(
    mediaAppNames.map((name) => [name, mediaApp.prefault({}).describe(`The ${name} row.`)]),
  ) as Record<(typeof mediaAppNames)[number], z.ZodPrefault<typeof mediaApp>>,
);

/** `bramble:media`: the media stack. */
export const media = z.strictObject({
  enabled: z.boolean().default(true).describe("Deploy the media stack."),
  namespace: dnsLabel.default("media").describe("Its namespace."),
  podSecurity: z
    .enum(["privileged", "baseline", "restricted"])
    .default("privileged")
    .describe("Pod Security level of the namespace (enforce, audit and warn)."),
  timeZone: z.string().min(1).default("America/Los_Angeles").describe("TZ of the apps."),
  puid: z.number().int().min(0).default(1000).describe("User id the apps run as."),
  pgid: z.number().int().min(0).default(1000).describe("Group id the apps run as."),
  requestManager: z
    .enum(["overseerr", "seerr"])
    .default("overseerr")
    .describe("What serves requests: Overseerr as asked, or its successor Seerr."),
  storage: z
    .strictObject({
      mediaClass: z.string().default("nfs-client").describe("Class of claim `media-storage`."),
      mediaSize: quantity.default("10Ti").describe("Size of claim `media-storage`."),
      configClass: z
        .string()
        .default("nfs-client")
        .describe(
          "Class of claim `media-configs`. `local-path-retain`: on the host's own disk, kept when the claim goes; with `local-path` the data goes with it.",
        ),
      configSize: quantity.default("50Gi").describe("Size of claim `media-configs`."),
    })
    .prefault({})
    .describe("The two claims of the stack."),
  awaitReady: z
    .boolean()
    .default(true)
    .describe(
      "Wait for each app to answer before the next wave. `false`: for clusters whose pods cannot run.",
    ),
  apps: mediaApps.prefault({}).describe("The eight apps."),
  wiring: wiring.prefault({}).describe("The links between the apps."),
  login: login.prefault({}).describe("Who may open the pages of the apps without accounts."),
  exporters: exporters.prefault({}).describe("Metrics of the apps."),
  transcoding,
});
