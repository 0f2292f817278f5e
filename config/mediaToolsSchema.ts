import { z } from "zod";
import { absolutePath, labelKey, labelValue } from "./fields";
import type { Problem } from "./problems";
import type { Config } from "./schema";

const cron = z
  .string()
  .regex(/^(\S+\s+){4}\S+$/, "is no schedule of five fields, such as 23 * * * *");

/** `bramble:media.wiring`: the links between the apps. */
export const wiring = z.strictObject({
  enabled: z
    .boolean()
    .default(true)
    .describe("Tell the apps each other's addresses and keys. `false`: by hand, in their pages."),
  schedule: cron
    .default("23 * * * *")
    .describe("When what is declared is held against the apps again, in cron's form."),
});

/** `bramble:media.login`: who may open the pages of Prowlarr, Radarr, Sonarr, Lidarr and SABnzbd. */
export const login = z.strictObject({
  method: z
    .enum(["forms", "external"])
    .default("forms")
    .describe(
      "`forms`: the apps ask for name and password. `external`: they let everyone in who reaches them; something before them must ask.",
    ),
  user: z
    .string()
    .regex(
      /^[a-z][a-z0-9._-]*$/,
      "has other than small letters, digits and . _ -, or begins with one of them",
    )
    .default("bramble")
    .describe("Name of the user. A user that a person made in an app stays instead."),
  generation: z
    .number()
    .int()
    .min(1)
    .default(1)
    .describe("Raise it by one to replace the generated password; no app restarts."),
});

/** `bramble:media.exporters`: metrics of the apps. */
export const exporters = z.strictObject({
  enabled: z
    .boolean()
    .optional()
    .describe(
      "Export the apps' metrics. Default: where Bramble's monitoring is on. On an existing cluster it needs the Prometheus operator.",
    ),
  labels: z
    .record(labelKey, labelValue)
    .default({})
    .describe("Labels of the PodMonitor, for a Prometheus that chooses by them."),
});

/** `bramble:media.transcoding`: a device that transcodes for Plex. */
export const transcoding = z
  .strictObject({
    device: absolutePath
      .optional()
      .describe(
        "Device or folder of devices on the node, such as /dev/dri. Makes Plex privileged.",
      ),
    resource: z
      .string()
      .regex(
        /^[a-z0-9.-]+\/[A-Za-z0-9._-]+$/,
        "is no resource of a device plugin, such as gpu.intel.com/i915",
      )
      .optional()
      .describe("Resource of a device plugin, which needs no privilege."),
    nodeLabels: z
      .record(labelKey, labelValue)
      .default({})
      .describe("Labels of the nodes that have the device: Plex runs on no other."),
  })
  .optional()
  .describe("Hardware transcoding. Default: by the CPU. Plex supports no Raspberry Pi for it.");

/** What takes more than one field of the media stack to judge. */
export function mediaToolProblems({ media, cluster, platform }: Config): Problem[] {
  if (!media.enabled) return [];
  const problems: Problem[] = [];
  const { device, resource } = media.transcoding ?? {};
  if (media.transcoding !== undefined && (device === undefined) === (resource === undefined)) {
    problems.push({
      path: "media.transcoding",
      message: "name either `device` (a path on the node) or `resource` (of a device plugin)",
    });
  }
  if (device !== undefined && media.podSecurity !== "privileged") {
    problems.push({
      path: "media.transcoding.device",
      message: `a device of the node is for privileged pods alone, which ${media.podSecurity} refuses: set media.podSecurity to privileged, or use a device plugin's \`resource\``,
    });
  }
  if (
    media.exporters.enabled === true &&
    cluster.source === "k3s" &&
    !platform.monitoring.enabled
  ) {
    problems.push({
      path: "media.exporters.enabled",
      message: "nothing would collect the metrics: set platform.monitoring.enabled to true",
    });
  }
  if (media.login.method === "external" && !media.wiring.enabled) {
    problems.push({
      path: "media.login.method",
      message: "external is for wired apps: set media.wiring.enabled to true, or leave it out",
    });
  }
  return problems;
}
