import assert from "node:assert/strict";
import { rotationPeriods } from "../../../config/rotationPeriods";
import { dueRows, dueTable, parseAges } from "../../../operations/rotate/due";

const now = new Date("2026-11-21T12:00:00Z");

function seconds(daysAgo: number): string {
  return String(Math.floor(now.getTime() / 1000) - daysAgo * 86_400);
}

describe("the schedule of rotation", () => {
  const ages = [
    ...parseAges("pi-1", `server-token ${seconds(10)}\ncertificates ${seconds(300)}\n`),
    ...parseAges("pi-2", `server-token ${seconds(400)}\nsecrets-key \nunknown ${seconds(900)}\n`),
  ];
  const rows = dueRows(ages, now);
  const row = (item: string) => rows.find(({ period }) => period.item === item);

  it("counts the oldest use, so that a host that was left out is found", () => {
    assert.equal(row("server-token")?.oldest?.host, "pi-2");
    assert.equal(row("server-token")?.ageDays, 400);
    assert.equal(row("server-token")?.due, true);
  });

  it("is due before k3s's certificates of a year run out", () => {
    assert.equal(row("certificates")?.due, true);
    const period = rotationPeriods.find(({ item }) => item === "certificates");
    assert.ok((period?.days ?? 365) < 365 - 30);
  });

  it("is not due for what no host has", () => {
    assert.equal(row("ssh-authority")?.due, false);
    assert.match(dueTable(rows), /SSH authority +- +365 d +- +not in use\n/);
  });

  it("says what to raise", () => {
    assert.match(dueTable(rows), /servers' token .*due: raise k3s\.rotation\.serverToken by one/);
  });
});
