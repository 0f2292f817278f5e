import assert from "node:assert/strict";
import { host } from "../../../config/hostSchema";
import {
  ageOf,
  chooseSnapshot,
  inventoryTable,
  readSnapshots,
} from "../../../operations/restore/inventory";

const pi = host.parse({ name: "pi-1", role: "server", address: "10.0.0.1" });
const text = [
  "local etcd-snapshot-pi-1-1.zip 204800 2026-01-02T00:00:00Z good",
  "local torn 5 2026-01-01T00:00:00Z DAMAGED",
  "note: something else",
  "off-host home.etcd.pi-2.20260101T120000Z.age 300000 2026-01-01T12:00:00Z sealed",
].join("\n");
const now = Date.parse("2026-01-02T03:30:00Z");

describe("the inventory of snapshots", () => {
  it("shows what there is: where, how old, how large, whether it is whole", () => {
    const lines = inventoryTable(readSnapshots(pi, text), now)
      .split("\n")
      .map((line) => line.split(/\s{2,}/));
    assert.deepEqual(lines.slice(1, 4), [
      ["etcd-snapshot-pi-1-1.zip", "pi-1", "3 h 30 min", "200", "good"],
      ["torn", "pi-1", "27 h 30 min", "1", "DAMAGED"],
      ["home.etcd.pi-2.20260101T120000Z.age", "off the hosts", "15 h 30 min", "293", "sealed"],
    ]);
    assert.equal(ageOf("2025-12-30T00:00:00Z", now), "3 d");
  });

  it("gives no damaged snapshot and none it does not know", () => {
    const rows = readSnapshots(pi, text);
    assert.equal(chooseSnapshot(rows, "etcd-snapshot-pi-1-1.zip").from, "local");
    assert.throws(() => chooseSnapshot(rows, "torn"), /torn on pi-1 is damaged/);
    assert.throws(() => chooseSnapshot(rows, "other"), /no snapshot other: see .* --list/);
  });
});
