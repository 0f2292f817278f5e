import type { AlertCase } from "./types";

const day = 24 * 6;

/** Copies of snapshots. */
export const snapshotsCases: readonly AlertCase[] = [
  {
    alert: "BrambleSnapshotTooOld",
    when: "the newest copy of any server is older than a day",
    every: "10m",
    series: {
      'bramble_snapshot_last_success_timestamp_seconds{node="pi-1"}': `0x${String(2 * day)}`,
      'bramble_snapshot_last_success_timestamp_seconds{node="pi-2"}': `0x${String(2 * day)}`,
    },
    at: "30h",
    fires: { says: "The newest is from 1d 6h 0m 0s ago." },
  },
  {
    alert: "BrambleSnapshotTooOld",
    when: "one server still makes them",
    every: "10m",
    series: {
      'bramble_snapshot_last_success_timestamp_seconds{node="pi-1"}': `0x${String(2 * day)}`,
      'bramble_snapshot_last_success_timestamp_seconds{node="pi-2"}': `0+600x${String(2 * day)}`,
    },
    at: "30h",
  },
  {
    alert: "BrambleSnapshotMissing",
    when: "no server has ever told of one",
    every: "10m",
    series: { up: `1x${String(2 * day)}` },
    at: "30h",
    fires: { says: "The metric bramble_snapshot_last_success_timestamp_seconds is on no host." },
  },
  {
    alert: "BrambleSnapshotMissing",
    when: "the cluster is new",
    every: "10m",
    series: { up: `1x${String(2 * day)}` },
    at: "20h",
  },
];
