import assert from "node:assert/strict";
import { runSourced } from "../../support/shell";

const ago = (hours: number) =>
  new Date(Date.now() - hours * 3_600_000).toISOString().replace(/\.\d+Z$/, "Z");

/** Runs the guard on volumes as the cluster would list them. */
function guard(rows: readonly string[], discarded = "") {
  const text = rows.join("\n");
  return runSourced(
    ["volumes.sh"],
    `volumes_of() { printf '%s\\n' '${text}'; }
     refuse_unsaved_volumes pi-2 '${discarded}'
     say "went on"`,
    "/nonexistent",
  );
}

const row = (claim: string, saved: string) => `pvc-1 ${claim} /srv/pvc-1 ${saved}`;

describe("volumes.sh", () => {
  it("lets go of a host without volumes, or with fresh verified copies of all", () => {
    assert.equal(guard([]).stdout, "went on\n");
    assert.equal(guard([row("media/radarr", ago(23)), row("ops/a", ago(0))]).stdout, "went on\n");
  });

  it("names each volume that would be lost in a line with its mend", () => {
    const { code, stderr } = guard([
      row("media/radarr", "-"),
      row("media/sonarr", ago(25)),
      row("media/lidarr", ago(1)),
      row("media/plex", ago(-48)),
    ]);
    assert.equal(code, 1);
    const lines = stderr.trim().split("\n");
    assert.equal(lines.length, 4, stderr);
    assert.match(
      lines[0] ?? "",
      /volume media\/radarr \(\/srv\/pvc-1\) on pi-2 has no verified backup: run `npm run backup -- <stack> volumes --host pi-2`, or give its data up with discardVolumes: \[media\/radarr\] in the row of pi-2$/,
    );
    assert.match(lines[1] ?? "", /media\/sonarr .* has a verified backup only of /);
    assert.match(lines[2] ?? "", /media\/plex /, "a time from the future is no backup");
    assert.match(lines[3] ?? "", /3 volume\(s\) on pi-2 would be lost/);
  });

  it("lets go of what is given up by name, and of nothing else", () => {
    const rows = [row("media/radarr", "-"), row("media/radarr-4k", "-")];
    assert.equal(guard(rows, "media/radarr media/radarr-4k").stdout, "went on\n");
    const { code, stderr } = guard(rows, "media/radarr");
    assert.equal(code, 1);
    assert.doesNotMatch(stderr, /media\/radarr /);
  });
});
