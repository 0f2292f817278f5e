import assert from "node:assert/strict";
import { createSilence } from "../../../lab/bench/api";
import { renderBench } from "../../../lab/bench/report";

describe("lab/bench", () => {
  it("counts silence from the last answer, and not the pause between two questions", () => {
    const silence = createSilence(0);
    for (let now = 200; now <= 2000; now += 200) silence.tell(true, now);
    assert.equal(silence.seconds(), 0);
    silence.tell(false, 4000);
    silence.tell(true, 7000);
    silence.tell(true, 7200);
    assert.equal(silence.seconds(), 5);
  });

  it("says what stood in, what was restarted, and that others were measured elsewhere", () => {
    const text = renderBench({
      ...{ engine: "in-process", k3s: { version: "v1.36.3+k3s0", real: false } },
      ...{ machine: "2 processors", date: "2026-03-01", load: "" },
      result: {
        phases: [{ name: "first", from: 0, to: 61_500 }],
        ...{ apiAway: 1.5, oneAway: 2, restarted: ["pi-1 k3s.service"], longest: [["k3s", 12.3]] },
        drift: { checks: 9, findings: 1, failures: ["pi-2: off"] },
        sessions: [{ host: "pi-1", first: 20, second: 0, drift: 1 }],
      },
    });
    assert.match(text, /blank hosts to four Ready \| 61\.5 s/);
    assert.match(text, /restarted by the second run \| pi-1 k3s\.service/);
    assert.match(text, /the lab's stand-in for k3s/);
    assert.match(text, /Not seen: pi-2: off/);
    assert.match(text, /\| pi-1 \| 20 \| 0 \| 1 \|/);
    assert.match(text, /Not measured by this command/);
  });
});
