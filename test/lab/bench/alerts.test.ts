import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { AlertTime } from "../../../lab/bench/alerts/measure";
import { renderAlertBench } from "../../../lab/bench/alerts/report";

const down: AlertTime = {
  name: "BrambleNodeDown",
  severity: "critical",
  holds: "1m",
  seconds: 89.4,
};

describe("the benchmark of alerts", () => {
  it("tells the measured time and the longest that the rendered intervals allow", () => {
    const text = renderAlertBench([down], new Date("2026-01-02T03:04:05Z"));
    // 30 s until the scrape, 30 s until the rules are looked at, twice, 60 s and 10 s for the group.
    assert.match(text, /^\| `BrambleNodeDown` \| 1m \| 89 s \| 160 s \|$/m);
    assert.match(text, /Measured 2026-01-02 /);
  });

  it("keeps every critical alert that was measured last below five minutes", () => {
    const page = join(__dirname, "..", "..", "..", "docs", "benchmarks", "alerts.md");
    const rows = readFileSync(page, "utf8").matchAll(/^\| `(\w+)` \|.* (\d+) s \| (\d+) s \|$/gm);
    const longest = [...rows].map(([, , measured, most]) => [Number(measured), Number(most)]);
    assert.ok(longest.length >= 4);
    for (const [measured = 0, most = 0] of longest) assert.ok(measured <= most && most <= 300);
  });
});
