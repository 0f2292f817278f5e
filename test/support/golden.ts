import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { stringify } from "yaml";

const root = join(__dirname, "..", "..");
const folder = join(root, "test", "golden");

/**
 * Compares rendered text with the committed file `test/golden/<path>`, byte for byte.
 * `UPDATE_GOLDEN=1` writes the file instead, for the diff to be reviewed in the commit.
 */
export function matchesGolden(path: string, text: string): void {
  const file = join(folder, path);
  if (process.env["UPDATE_GOLDEN"] === "1") {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return;
  }
  const shown = relative(root, file);
  assert.ok(existsSync(file), `${shown} is missing: write it with UPDATE_GOLDEN=1 npm test`);
  assert.equal(text, readFileSync(file, "utf8"), `${shown} differs from what is rendered`);
}

/** Compares an object, written as YAML, with a committed file. */
export function matchesGoldenYaml(path: string, value: unknown): void {
  matchesGolden(path, stringify(value, { aliasDuplicateObjects: false, lineWidth: 0 }));
}
