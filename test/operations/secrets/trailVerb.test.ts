import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { noteSecrets, trailFile, trailLines } from "../../../operations/secrets/trail";
import { lostLines, renderTrail, trailMistakes } from "../../../operations/secrets/trailVerb/show";

describe("a look at the trail of secrets", () => {
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "bramble-trail-"));
    note("radarrApiKey", "first");
    note("sonarrApiKey", "second");
    note("radarrApiKey", "third");
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });
  const note = (name: string, reason: string) =>
    noteSecrets("home", { action: "set", secrets: [{ name }], reason }, { folder });
  const file = () => trailFile("home", folder);
  const lines = () => trailLines(file());
  const mistakes = () => trailMistakes(lines(), "home");

  it("is a table, of one secret when it is named", () => {
    assert.equal(renderTrail(lines(), "home", undefined).trimEnd().split("\n").length, 4);
    const one = renderTrail(lines(), "home", "radarrApiKey").trimEnd().split("\n");
    assert.match(one[1] ?? "", /^\S+Z +\S+ +set +radarrApiKey +- +done +first$/);
    assert.equal(one.length, 3);
  });

  it("finds nothing wrong with what was only appended to, in two branches too", () => {
    assert.deepEqual(mistakes(), []);
    const common = readFileSync(file(), "utf8");
    note("radarrApiKey", "on one branch");
    const mine = lines().at(-1) ?? "";
    writeFileSync(file(), common);
    note("radarrApiKey", "on the other");
    writeFileSync(file(), `${readFileSync(file(), "utf8")}${mine}\n`);
    note("radarrApiKey", "after the merge");
    assert.deepEqual(mistakes(), []);
  });

  it("finds a line that was altered, taken out, or put in", () => {
    const [first = "", second = "", third = ""] = lines();
    const write = (...all: string[]) => {
      writeFileSync(file(), `${all.join("\n")}\n`);
    };
    write(first, second.replace("second", "nothing"), third);
    assert.match(
      mistakes().join("\n"),
      /^line 3 came after a line that is not there or was altered/,
    );
    write(first, third);
    assert.match(mistakes().join("\n"), /^line 2 came after a line that is not there/);
    write(first, second, first.replace("first", "another"), third);
    assert.deepEqual(mistakes(), ["line 3 came after no other"]);
    write(first, "{}", second, third);
    assert.match(mistakes().join("\n"), /^line 2 is none of ours/);
  });

  it("finds what a revision had and the file has not, also at its end", () => {
    const before = lines();
    assert.deepEqual(lostLines(before, lines()), []);
    assert.equal(lostLines(before, before.slice(0, 2)).length, 1);
  });
});
