import { z } from "zod";
import { absolutePath, hostKey, port, url } from "./fields";
import type { Problem } from "./problems";

/** Words of a path or a key that need no quoting anywhere. */
const plain = (expected: string) =>
  z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._/-]*$/, {
      error: (issue) => `${String(issue.input)} is not ${expected}`,
    })
    .meta({ expected });

const plainPath = absolutePath.refine((text) => /^[A-Za-z0-9._/-]+$/.test(text), {
  error: (issue) =>
    `${String(issue.input)} is not a plain path: use letters, digits and ._- between slashes`,
});

const s3 = z.strictObject({
  endpoint: url.describe("Base URL of the store, such as https://s3.eu-central-1.amazonaws.com."),
  bucket: plain("a bucket's name (letters, digits, ._-)").describe("Bucket; it has to exist."),
  region: plain("a region (such as eu-central-1)").default("us-east-1").describe("Region."),
  prefix: plain("a prefix (letters, digits, ._-/)").optional().describe("Folder in the bucket."),
  pathStyle: z
    .boolean()
    .default(true)
    .describe(
      "`true`: https://endpoint/bucket, as MinIO wants it. `false`: https://bucket.endpoint.",
    ),
});

const nfs = z.strictObject({
  server: plain("a name or address").describe("Name or address of the NFS server."),
  path: plainPath.describe("Exported directory."),
});

const ssh = z.strictObject({
  host: plain("a name or address").describe("Name or address of the machine."),
  port: port.default(22).describe("SSH port."),
  user: plain("a user's name").describe("User; SFTP is enough."),
  path: plainPath.describe("Folder there; it has to exist."),
  hostKey: hostKey.describe("Pinned host key of that machine, `<type> <base64>`."),
});

/** Where copies go: exactly one of these is named. */
export const destinationFields = {
  s3: s3.optional().describe("An S3-compatible store."),
  nfs: nfs.optional().describe("An NFS server."),
  ssh: ssh.optional().describe("A machine with SSH."),
};

const offHost = z.strictObject({
  ...destinationFields,
  schedule: z
    .string()
    .regex(/^[A-Za-z0-9*,./:~ -]+$/, {
      error: (issue) =>
        `${String(issue.input)} is not a calendar expression (such as *-*-* 00/6:30:00)`,
    })
    .default("*-*-* 00/6:30:00")
    .describe(
      "When each server copies its newest snapshot, as systemd's `OnCalendar`; the servers follow one another by ten minutes.",
    ),
  retention: z
    .number()
    .int()
    .min(1)
    .default(28)
    .describe("Copies kept of each server, and of each volume."),
  alertAfterHours: z
    .number()
    .int()
    .min(1)
    .default(24)
    .describe("Age of the newest verified copy at which an alert fires."),
});

/** etcd snapshots: `bramble:k3s.snapshots`. */
export const snapshots = z.strictObject({
  schedule: z.string().default("0 */6 * * *").describe("Cron schedule of etcd snapshots."),
  retention: z.number().int().min(1).default(12).describe("Snapshots kept on each server."),
  offHost: offHost
    .optional()
    .describe(
      "Encrypted copies off the hosts, with what a restore needs. Exactly one of `s3`, `nfs` and `ssh`.",
    ),
});

/** Settings of etcd snapshots. */
export type SnapshotsConfig = z.output<typeof snapshots>;
/** Where copies of snapshots and volumes go. */
export type OffHostConfig = NonNullable<SnapshotsConfig["offHost"]>;
/** A place for copies. */
export type DestinationConfig = Pick<OffHostConfig, "s3" | "nfs" | "ssh">;

/** The kinds of destination. */
export const destinationKinds = ["s3", "nfs", "ssh"] as const;

/** What is wrong with the destination of copies. */
export function snapshotProblems({ offHost: wanted }: SnapshotsConfig): Problem[] {
  if (wanted === undefined) return [];
  const named = destinationKinds.filter((kind) => wanted[kind] !== undefined);
  if (named.length === 1) return [];
  const message =
    named.length === 0
      ? `names no destination: set one of ${destinationKinds.join(", ")}`
      : `names ${named.join(" and ")}: keep exactly one`;
  return [{ path: "k3s.snapshots.offHost", message }];
}
