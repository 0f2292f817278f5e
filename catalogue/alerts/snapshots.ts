import type { AlertRow } from "./types";

/** When the newest verified copy of a snapshot was taken, of any server. */
const newestCopy = "max(bramble_snapshot_last_success_timestamp_seconds)";

/**
 * The alerts about copies of snapshots off the hosts.
 *
 * @param hours age of the newest verified copy that is too old.
 */
export function snapshotAlerts(hours: number): readonly AlertRow[] {
  return [
    {
      name: "BrambleSnapshotTooOld",
      expression: `time() - ${newestCopy} > ${String(hours * 3600)}`,
      holds: "10m",
      severity: "critical",
      summary: `The newest verified copy of an etcd snapshot off the hosts is older than ${String(hours)} hours.`,
      description: "The newest is from {{ $value | humanizeDuration }} ago.",
    },
    {
      name: "BrambleSnapshotMissing",
      expression: "absent(bramble_snapshot_last_success_timestamp_seconds)",
      // A new cluster makes its first copy at the first turn of its schedule.
      holds: `${String(hours)}h`,
      severity: "critical",
      summary: "No server tells of a verified copy of an etcd snapshot off the hosts.",
      description: "The metric bramble_snapshot_last_success_timestamp_seconds is on no host.",
    },
  ];
}
