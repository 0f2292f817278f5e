import { z } from "zod";
import type { Problem } from "./problems";
import type { Config } from "./schema";
import { type DestinationConfig, destinationFields, destinationKinds } from "./snapshotsSchema";

const kept = (usual: number, what: string) =>
  z.number().int().min(0).default(usual).describe(`Copies kept, the newest of each ${what}.`);

/** Copies of the apps' configurations: `bramble:ops.appBackups`. */
export const appBackups = z.strictObject({
  enabled: z
    .boolean()
    .default(true)
    .describe(
      "Copy each app's configuration every night, encrypted, to the place named here or, without one, to that of `k3s.snapshots.offHost`. With neither there are no copies.",
    ),
  ...destinationFields,
  hour: z
    .number()
    .int()
    .min(0)
    .max(23)
    .default(3)
    .describe("Hour of the first copy, in `media.timeZone`; the apps follow by five minutes."),
  keep: z
    .strictObject({
      daily: z.number().int().min(1).default(7).describe("Copies kept, the newest of each day."),
      weekly: kept(4, "week"),
      monthly: kept(6, "month"),
    })
    .prefault({})
    .describe("How many copies of each app are kept."),
  rotation: z
    .number()
    .int()
    .min(1)
    .max(100)
    .default(1)
    .describe(
      "Raise it by one to replace the repository's password; copies from before stay readable. Never lower it: the newest password would be lost.",
    ),
  alertAfterHours: z
    .number()
    .int()
    .min(1)
    .default(36)
    .describe("Age of an app's newest copy at which an alert fires."),
});

/** Where the apps' configurations are copied to; `undefined` where they are not. */
export function appBackupDestination({ ops, k3s, media }: Config): DestinationConfig | undefined {
  const { appBackups: wanted } = ops;
  if (!wanted.enabled || !media.enabled) return undefined;
  const own = destinationKinds.some((kind) => wanted[kind] !== undefined);
  return own ? wanted : k3s.snapshots.offHost;
}

/** Whether copies of either kind go to a place of that kind, and so need its credentials. */
export function copiesGoTo(config: Config, kind: "s3" | "ssh"): boolean {
  const places = [config.k3s.snapshots.offHost, appBackupDestination(config)];
  return places.some((place) => place?.[kind] !== undefined);
}

/** What is wrong with the destination. */
export function appBackupProblems({ ops }: Config): Problem[] {
  const named = destinationKinds.filter((kind) => ops.appBackups[kind] !== undefined);
  if (named.length < 2) return [];
  return [{ path: "ops.appBackups", message: `names ${named.join(" and ")}: keep exactly one` }];
}
