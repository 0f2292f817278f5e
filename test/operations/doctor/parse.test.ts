import assert from "node:assert/strict";
import { parseFacts } from "../../../operations/doctor/parse";
import { configOf } from "./facts";

const [host] = configOf().hosts;

function read(lines: readonly string[]) {
  assert.ok(host);
  const text = lines.map((line) => line.replaceAll("|", "\t")).join("\n");
  return parseFacts(host, text, { asked: 100, answered: 110 });
}

describe("the doctor's look at a host", () => {
  it("is read line by line", () => {
    const facts = read([
      "clock|start|101.5",
      "system|Raspberry Pi 4 Model B Rev 1.4|6.12.34+rpt-rpi-v8|86400|no",
      "synchronised|yes",
      "unit|k3s|active|2",
      "certificate|1800000000|server/tls/client-admin.crt",
      "filesystem|/|30000000|9000000|0|0|no",
      "disk|sd|mmcblk0|SC32G 05/2021|",
      "fsync|1.20|3.40",
      "memory|8000000|5000000|100|40",
      "temperature|51234",
      "throttled|0x50000",
      "kernel|1|0|2",
      "reboot| (/run/reboot-required)",
      "virtualip|no|yes|aa:bb:cc:dd:ee:ff",
      "wal|0.001|10",
      "wal|+Inf|12",
      "etcdsize|1000",
      "etcdquota|2147483648",
      "leaderchanges|3",
      "snapshot|1700000000.5|42|etcd-snapshot-pi-1",
      "pod|media|plex-0|pi-4|Running|2026-03-01T11:00:00Z|true:0: false:4:CrashLoopBackOff ",
      "pod|media|new-0||Pending|2026-03-01T11:00:00Z|",
      "refused|games|ReplicaSet/a|violates PodSecurity",
      "release|loki|loki|2|pending-upgrade|2026-03-01T11:00:00Z",
      "clock|end|104",
      "end",
    ]);
    assert.deepEqual(facts, {
      host,
      clock: { asked: 100, first: 101.5, last: 104, answered: 110 },
      ...{ model: "Raspberry Pi 4 Model B Rev 1.4", container: false, timeSynchronised: true },
      unit: { name: "k3s", state: "active", restarts: 2 },
      certificates: [{ path: "server/tls/client-admin.crt", end: 1_800_000_000 }],
      filesystems: [
        {
          ...{ mount: "/", sizeKb: 30_000_000, freeKb: 9_000_000 },
          ...{ inodes: 0, freeInodes: 0, readOnly: false },
        },
      ],
      disk: { kind: "sd", device: "mmcblk0", name: "SC32G 05/2021", wear: "" },
      writes: [1.2, 3.4],
      memory: { totalKb: 8_000_000, availableKb: 5_000_000, swapKb: 60 },
      ...{ celsius: 51.234, throttled: 0x5_0000 },
      kernel: { undervoltage: 1, outOfMemory: 0, diskErrors: 2 },
      rebootReason: " (/run/reboot-required)",
      virtualIp: { held: false, answers: true, hardwareAddress: "aa:bb:cc:dd:ee:ff" },
      walWrites: [
        { bound: 0.001, count: 10 },
        { bound: Infinity, count: 12 },
      ],
      ...{ etcdBytes: 1000, etcdQuotaBytes: 2_147_483_648, leaderChanges: 3 },
      snapshot: { taken: 1_700_000_000.5, bytes: 42, file: "etcd-snapshot-pi-1" },
      pods: [
        {
          ...{ namespace: "media", name: "plex-0", node: "pi-4", phase: "Running" },
          created: Date.parse("2026-03-01T11:00:00Z") / 1000,
          containers: [
            { ready: true, restarts: 0, waiting: "" },
            { ready: false, restarts: 4, waiting: "CrashLoopBackOff" },
          ],
        },
        {
          ...{ namespace: "media", name: "new-0", node: "", phase: "Pending" },
          ...{ created: Date.parse("2026-03-01T11:00:00Z") / 1000, containers: [] },
        },
      ],
      refusals: [{ namespace: "games", object: "ReplicaSet/a", message: "violates PodSecurity" }],
      releases: [
        {
          ...{ namespace: "loki", name: "loki", revision: 2, status: "pending-upgrade" },
          begun: Date.parse("2026-03-01T11:00:00Z") / 1000,
        },
      ],
    });
  });

  it("leaves out what a bare host cannot tell, and takes no look that was cut off", () => {
    const bare = read([
      "clock|start|101",
      "system|PC|6.1|5|no",
      "synchronised|",
      "clock|end|102",
      "end",
    ]);
    assert.ok(bare);
    for (const key of ["unit", "celsius", "throttled", "kernel", "snapshot", "timeSynchronised"]) {
      assert.ok(!Object.hasOwn(bare, key), key);
    }
    assert.equal(read(["clock|start|101", "system|PC|6.1|5|no"]), undefined);
  });
});
