import fc from "fast-check";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readSecretFile } from "../../../operations/secrets/formats/read";
import { assertEntries, type Maker } from "./made";
import { ageKey, encrypt } from "./sopsMakers";
import { missing, tools } from "./tools";
import { openWorkshop, type Workshop } from "./workshop";

const needs: Maker["needs"] = ["sops", "age-keygen"];

/** What YAML's writers quote, fold and escape in their own ways. */
const text = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 120 }),
  fc.string({
    unit: fc.constantFrom(..."ab01 \n\t:#-'\"{}[]&*!|>%@`,?=~.eE+_\\".split("")),
    maxLength: 60,
  }),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
);

/** Of several lines that begin with a space SOPS 3.13 writes YAML that it cannot read itself. */
const isKept = (value: string): boolean => !/^\s[^]*\n|^\n/.test(value);

/** Numbers and booleans in clear, which SOPS' digest covers in Go's way of writing them. */
const plain = fc.oneof(
  // Go takes what lies between for a number without a sign, which SOPS refuses.
  fc
    .double({ noNaN: true, noDefaultInfinity: true })
    .filter((value) => value < 2 ** 63 || value >= 2 ** 64),
  fc.integer(),
  fc.boolean(),
);

describe("random values", () => {
  let folder: string;
  let workshop: Workshop;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "bramble-random-"));
    workshop = openWorkshop(folder, await tools());
  });

  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  for (const type of ["yaml", "json"] as const) {
    it(`come out of SOPS' ${type} as they went in, and its digest is the one that is found`, async function () {
      const why = await missing(needs);
      if (why !== undefined) {
        process.stdout.write(`skipped: ${type}: ${why}\n`);
        this.skip();
      }
      const [sealed, clear] = [fc.sample(text, 300), fc.sample(text.filter(isKept), 300)];
      const tree = { sealed, clear_unencrypted: clear, plain_unencrypted: fc.sample(plain, 300) };
      const name = `random.${type}`;
      // JSON is YAML too: SOPS is to write YAML, and no other writer is to be tried.
      await encrypt(workshop, name, JSON.stringify(tree), { type });
      const file = workshop.path(name);
      const identityFiles = [workshop.path(ageKey)];
      const environment = { HOME: "/nonexistent", PATH: "/nonexistent" };
      const entries = await readSecretFile({ file, identityFiles, environment });
      const format = `sops-${type}` as const;
      const expected = (key: string, values: readonly string[], encrypted: boolean) =>
        values.map((value, index) => ({
          ...{ path: [key, String(index)], value, encrypted, file, format },
        }));
      assertEntries(
        entries.filter(({ path: [key] }) => key !== "plain_unencrypted"),
        [...expected("sealed", sealed, true), ...expected("clear_unencrypted", clear, false)],
      );
    });
  }
});
