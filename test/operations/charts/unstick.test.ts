import assert from "node:assert/strict";
import { parseRevisions, stuckRevision } from "../../../operations/charts/unstick";

const now = Date.parse("2026-03-01T12:00:00Z") / 1000;

function look(text: string): string {
  const found = stuckRevision(parseRevisions(text), now);
  return "nothing" in found ? found.nothing : `forget ${String(found.forget.number)}`;
}

describe("a release that Helm left half way", () => {
  it("loses the record of its unfinished revision, never of one that is deployed", () => {
    const deployed = "9\tdeployed\t2026-02-01T00:00:00Z\n";
    const pending = "10\tpending-upgrade\t2026-03-01T11:00:00Z\n";
    assert.equal(look(pending + deployed), "forget 10");
    assert.match(look(deployed), /revision 9 is deployed: Helm is not held up/);
    assert.equal(look("1\tpending-install\t2026-03-01T11:00:00Z\n"), "forget 1");
  });

  it("is left alone while a run may be at work", () => {
    assert.match(
      look("2\tpending-upgrade\t2026-03-01T11:55:00Z\n"),
      /may still be at work: look again in 15 min/,
    );
  });

  it("is forgotten when its first install failed: Helm would not install over it", () => {
    assert.equal(look("1\tfailed\t2026-03-01T11:59:00Z\n"), "forget 1");
    const later = "1\tsuperseded\t2026-02-01T00:00:00Z\n2\tfailed\t2026-03-01T11:59:00Z\n";
    assert.match(look(later), /goes on from there/);
  });

  it("is said when there is none", () => {
    assert.equal(look(""), "Helm knows no such release here");
  });
});
