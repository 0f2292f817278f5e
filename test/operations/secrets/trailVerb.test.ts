import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  noteSecrets,
  trailEntries,
  trailFile,
  trailLines,
} from "../../../operations/secrets/trail";
import { lostLines, renderTrail, trailMistakes } from "../../../operations/secrets/trailVerb/show";
import { trailVerb } from "../../../operations/secrets/trailVerb/verb";

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
    assert.equal(
      renderTrail(trailEntries("home", folder), undefined).trimEnd().split("\n").length,
      4,
    );
    const one = renderTrail(trailEntries("home", folder), "radarrApiKey").trimEnd().split("\n");
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

  it("is the same with the line ends that Git gives it on Windows", () => {
    writeFileSync(file(), readFileSync(file(), "utf8").replaceAll("\n", "\r\n"));
    note("radarrApiKey", "written there");
    assert.deepEqual(mistakes(), []);
    assert.equal(lines().length, 4);
  });

  it("goes on after a last line without its end", () => {
    writeFileSync(file(), readFileSync(file(), "utf8").trimEnd());
    note("radarrApiKey", "afterwards");
    assert.deepEqual(mistakes(), []);
    assert.equal(lines().length, 4);
  });

  it("says which line of which file a merge or a power cut broke, and notes nothing behind it", () => {
    const [first = "", second = ""] = lines();
    for (const broken of [second.slice(0, -30), "<<<<<<< HEAD"]) {
      const text = `${first}\n${broken}\n`;
      writeFileSync(file(), text);
      assert.throws(() => {
        note("radarrApiKey", "afterwards");
      }, new RegExp(`secrets\\.jsonl: line 2 is none of ours .*: take it out, or mend it by Git$`));
      assert.equal(readFileSync(file(), "utf8"), text);
    }
  });

  it("is asked for by a verb that tells a misspelled stack or secret from one without lines", () => {
    const call = (stack: string, options: Record<string, string | boolean>) =>
      trailVerb.run({ stack, directory: folder, words: [], options, lists: {} });
    assert.throws(() => void call("hoem", { verify: true }), /^Error: no Pulumi\.hoem\.yaml here/);
    assert.throws(
      () => void call("home", { against: "main" }),
      /--verify with or without --against/,
    );
  });

  it("finds what a revision had and the file has not, also at its end", () => {
    const before = lines();
    assert.deepEqual(lostLines(before, lines()), []);
    assert.equal(lostLines(before, before.slice(0, 2)).length, 1);
  });
});
