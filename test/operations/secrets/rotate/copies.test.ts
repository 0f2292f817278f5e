import assert from "node:assert/strict";
import { whyOfTrial } from "../../../../operations/secrets/rotate/proofs/copies";

describe("why copies were not opened by a new password", () => {
  it("is what the script said last, among all that restic says", () => {
    const log =
      "job a-1 failed: loading snapshots\napp-configs: the repository is away\nerror: no log";
    assert.equal(whyOfTrial("home", new Error(log)), "the repository is away");
  });

  it("names the command that makes a copy where there is none yet", () => {
    const log = "job a-1 failed: all well\napp-configs: plex: no copy of it can be restored\n";
    assert.equal(
      whyOfTrial("home", new Error(log)),
      "plex: no copy of it can be restored; npm run backup -- home app-configs makes the first copy of an app",
    );
  });

  it("is the first line of whatever else went wrong", () => {
    const log = "job a-1 failed: see kubectl describe job/a-1\nmore";
    assert.equal(
      whyOfTrial("home", new Error(log)),
      "job a-1 failed: see kubectl describe job/a-1",
    );
  });
});
