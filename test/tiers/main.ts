import Mocha from "mocha";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { down } from "../../lab/hosts";
import { readArguments, runCommand } from "../../operations/arguments";
import { collectFaults } from "./support/faults";
import { slowSwitch } from "./support/slow";
import { type Tier, tiers } from "./tiers";

const usage = `usage: npm run test:hosts|test:care|test:cluster|test:engine|test:alerts|test:import [-- --all] [--grep TEXT] [--keep]
  --all    also the slow tests
  --grep   only tests whose name holds TEXT
  --keep   leaves the lab as the tests left it`;

interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** The last line, for whoever adds the tiers up. */
function closingLine({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped\n`;
}

function testFiles(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".test.ts"))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

async function runMocha(files: readonly string[], pattern: string | undefined): Promise<Counts> {
  const mocha = new Mocha({
    reporter: "spec",
    timeout: 300_000,
    // Every test tells how long it took.
    slow: 1,
    ...(pattern === undefined ? {} : { fgrep: pattern }),
  });
  for (const file of files) mocha.addFile(file);
  await mocha.loadFilesAsync();
  return new Promise((resolve) => {
    const runner = mocha.run(() => {
      const { passes = 0, failures = 0, pending = 0 } = runner.stats ?? {};
      process.stdout.write(showFaults());
      resolve({ passed: passes, failed: failures, skipped: pending });
    });
    const showFaults = collectFaults(runner);
  });
}

async function takeDown({ labs }: Tier): Promise<void> {
  for (const lab of labs) await down(lab);
}

/** Ctrl-C ends the tests, but not before the lab's processes and mounts are gone. */
function takeDownWhenStopped(tier: Tier): void {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      process.stderr.write(`${signal}: taking the lab down\n`);
      void takeDown(tier).finally(() => process.exit(130));
    });
  }
}

runCommand(async (argv) => {
  const { words, options } = readArguments(argv, {
    all: { type: "boolean" },
    grep: { type: "string" },
    keep: { type: "boolean" },
  });
  const [name = ""] = words;
  const tier = Object.hasOwn(tiers, name) ? tiers[name] : undefined;
  if (tier === undefined || words.length !== 1) throw new Error(usage);
  const files = testFiles(join(__dirname, name));
  const trouble = tier.trouble() ?? (files.length === 0 ? "this tier has no tests yet" : undefined);
  if (trouble !== undefined) {
    process.stdout.write(`skipped: ${trouble}\n`);
    process.stdout.write(closingLine({ passed: 0, failed: 0, skipped: 1 }));
    return 0;
  }
  const madeOf = await tier.prepare((line) => process.stdout.write(`${line}\n`));
  process.stdout.write(`${name}: ${madeOf}\n`);
  takeDownWhenStopped(tier);
  if (options["all"] === true) process.env[slowSwitch] = "1";
  const { grep } = options;
  const counts = await runMocha(files, typeof grep === "string" ? grep : undefined);
  if (options["keep"] !== true) await takeDown(tier);
  process.stdout.write(closingLine(counts));
  // Whatever a failed test left open must not keep the process.
  process.exit(counts.failed > 0 || counts.passed + counts.skipped === 0 ? 1 : 0);
});
