import assert from "node:assert/strict";
import { readArguments } from "../../operations/arguments";

const options = { "dry-run": { type: "boolean" }, yes: { type: "boolean" } } as const;

describe("the arguments of a command", () => {
  it("are words and options", () => {
    const { words, options: read } = readArguments(["file", "--dry-run"], options, {});
    assert.deepEqual([words, read["dry-run"]], [["file"], true]);
  });

  it("are refused in one line when one is unknown, with what may be meant", () => {
    assert.throws(
      () => readArguments(["--dryrun"], options, {}),
      /^Error: Unknown option '--dryrun': did you mean `--dry-run`\?$/,
    );
    assert.throws(() => readArguments(["-x"], options, {}), /^Error: Unknown option '-x'$/);
  });

  it("are refused when npm took one of them: a dry run would be none", () => {
    const environment = { npm_config_dry_run: "true", npm_lifecycle_event: "secrets" };
    assert.throws(
      () => readArguments(["file"], options, environment),
      /^Error: npm took --dry-run .*nothing was done\. .*: npm run secrets -- … --dry-run$/,
    );
  });

  it("are read whatever npm is set to by itself", () => {
    const environment = { npm_config_yes: "true", npm_config_dry_run: "" };
    assert.deepEqual(readArguments([], options, environment).words, []);
  });
});
