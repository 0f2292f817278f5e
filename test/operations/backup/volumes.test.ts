import assert from "node:assert/strict";
import { readVolumes, verifiedTimes } from "../../../operations/backup/volumes";

describe("copies of volumes", () => {
  it("tell which volume a pod still writes to", () => {
    const rows = readVolumes(
      "pvc-1 media/radarr /srv/pvc-1 free\npvc-2 monitoring/db /srv/pvc-2 prometheus-0\n",
    );
    assert.deepEqual(
      rows.map(({ claim, user }) => [claim, user]),
      [
        ["media/radarr", undefined],
        ["monitoring/db", "prometheus-0"],
      ],
    );
  });

  it("count as verified only by a line that says so", () => {
    assert.equal(
      verifiedTimes(
        "note: slow disk\npvc-1 2026-01-01T00:00:00Z 100 home.volume.pi-1.media.radarr.20260101T000000Z.age\npvc-2 failed\n",
      ),
      "pvc-1 2026-01-01T00:00:00Z\n",
    );
  });
});
