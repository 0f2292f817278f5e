import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { childEnvironment } from "../childEnvironment";
import { readArguments, runCommand } from "../arguments";
import { projectDirectory, stackFilePath } from "../stackFile";
import { renderTable } from "../table";
import { benchStack } from "./stack";

const usage = "usage: npm run bench -- plan|hosts|alerts";

/** Numbers of hosts that are planned, and how often each: the median counts. */
const sizes = [4, 10, 25, 50, 100] as const;
const runs = 3;

interface Measured {
  readonly resources: number;
  readonly seconds: number;
}

/** Plans in a process of its own, so that loading counts as it does for a person. */
function measure(directory: string): Measured {
  const script = join(__dirname, "planFolder.ts");
  const start = process.hrtime.bigint();
  const output = execFileSync(process.execPath, ["--import", "tsx", script, directory], {
    cwd: projectDirectory,
    env: childEnvironment(),
    encoding: "utf8",
  });
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  return { resources: Number(output), seconds };
}

function median(values: readonly number[]): number {
  return [...values].sort((left, right) => left - right)[Math.floor(values.length / 2)] ?? 0;
}

function row(directory: string, hosts: number): string[] {
  writeFileSync(stackFilePath("bench", directory), benchStack(hosts));
  const measured = Array.from({ length: runs }, () => measure(directory));
  const seconds = median(measured.map((run) => run.seconds));
  return [String(hosts), String(measured[0]?.resources ?? 0), seconds.toFixed(2)];
}

/** What is measured in the lab, which nothing imports. */
const labPrograms: Readonly<Record<string, string>> = {
  hosts: "main.ts",
  alerts: join("alerts", "main.ts"),
};

function benchInLab(file: string, argv: readonly string[]): number {
  const program = join(projectDirectory, "lab", "bench", file);
  const command = [...process.execArgv, program, ...argv];
  const { status } = spawnSync(process.execPath, command, {
    stdio: "inherit",
    env: childEnvironment(),
  });
  return status ?? 1;
}

runCommand((argv) => {
  const inLab = labPrograms[argv[0] ?? ""];
  if (inLab !== undefined) return Promise.resolve(benchInLab(inLab, argv.slice(1)));
  const { words } = readArguments(argv, {});
  if (words.length !== 1 || words[0] !== "plan") throw new Error(usage);
  const directory = mkdtempSync(join(tmpdir(), "bramble-bench-"));
  try {
    process.stdout.write(
      `Planning in a new process, median of ${runs} runs, on ${cpus().length} cores (Node ${process.version}).\n`,
    );
    const rows = sizes.map((hosts) => row(directory, hosts));
    process.stdout.write(renderTable([["HOSTS", "RESOURCES", "SECONDS"], ...rows]));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
  return Promise.resolve(0);
});
