import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readSecretFile } from "../../../operations/secrets/formats/read";
import type { FormatKeys } from "../../../operations/secrets/formats/types";
import { assertEntries, type MadeFile } from "./made";
import { makers } from "./makers";
import { folderOf, missing, tools } from "./tools";
import { openWorkshop, type Workshop } from "./workshop";

function keysIn({ path }: Workshop, keys: MadeFile["keys"] = {}): FormatKeys {
  const files = (names: readonly string[] = []): string[] =>
    names.map((name) => {
      const [, id = "", file = name] = /^(\w+@)(.*)$/.exec(name) ?? [];
      return `${id}${path(file)}`;
    });
  return {
    identityFiles: files(keys.identityFiles),
    vaultPasswordFiles: files(keys.vaultPasswordFiles),
    sealingKeyFiles: files(keys.sealingKeyFiles),
  };
}

/** Everything in a folder, to see that nothing is added or changed. */
function contentOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.includes("home"))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((file) => `${file} ${readFileSync(file).toString("base64")}`);
}

describe("files that the real tools make now", () => {
  let workshop: Workshop;
  let folder: string;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "bramble-import-"));
    workshop = openWorkshop(folder, await tools());
  });

  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  for (const [kind, list] of Object.entries(makers)) {
    for (const { name, needs, bySops, make } of list) {
      it(`${kind}: ${name} is read as it was meant${bySops === true ? ", by sops itself" : ""}`, async function () {
        const why = await missing(needs);
        if (why !== undefined) {
          process.stdout.write(`skipped: ${name}: ${why}\n`);
          this.skip();
        }
        const { format, keys, expected } = await make(workshop);
        const file = workshop.path(name);
        const before = contentOf(folder);
        const { PATH = "" } = workshop.environment;
        const path = bySops === true ? `${await folderOf("sops")}:${PATH}` : "/nonexistent";
        const environment = { ...workshop.environment, PATH: path };
        const entries = await readSecretFile({ file, ...keysIn(workshop, keys), environment });
        assertEntries(
          entries,
          expected.map((entry) => ({ ...entry, file, format })),
        );
        assert.deepEqual(contentOf(folder), before, "a reader writes nothing");
      });
    }
  }
});
