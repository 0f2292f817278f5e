import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { secretTools } from "../../../lab/secretTools";
import { runCommand } from "../../../operations/arguments";
import { makers } from "./makers";
import { edgeValues } from "./values";
import { openWorkshop } from "./workshop";

const { long } = edgeValues;

/** Where the unit tests' copies are. */
const fixtures = join(__dirname, "../../operations/secrets/formats/fixtures");

// Makes all files anew that the unit tests read: `node --import tsx test/tiers/import/fixtures.ts`.
runCommand(async () => {
  const tools = await secretTools((line) => process.stdout.write(`${line}\n`));
  const folder = mkdtempSync(join(tmpdir(), "bramble-fixtures-"));
  const workshop = openWorkshop(folder, tools);
  const made = [];
  try {
    for (const { name, needs, bySops, make } of Object.values(makers).flat()) {
      const missing = needs.map((tool) => tools[tool]).find((tool) => "missing" in tool);
      if (missing !== undefined) throw new Error(`${name}: ${JSON.stringify(missing)}`);
      made.push({ name, ...(bySops ? { bySops } : {}), ...(await make(workshop)) });
      process.stdout.write(`${name}\n`);
    }
    // The longest value is long enough without being said a dozen times.
    const text = JSON.stringify(made, (_, value: unknown) => (value === long ? "@long" : value), 1);
    workshop.write("expected.json", `${text}\n`);
    workshop.remove("home");
    mkdirSync(fixtures, { recursive: true });
    cpSync(folder, fixtures, { recursive: true });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return 0;
});
