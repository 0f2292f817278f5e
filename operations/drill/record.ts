import { type RunKind, type RunRecorder, recordRun, runRows } from "../records/run";
import { renderTable } from "../table";
import { isMet, type Target, targetsTable } from "./compare";
import type { DrillOptions } from "./context";
import { governanceFolder } from "../governance";

/** What a drill found. */
export interface DrillResult {
  readonly targets: readonly Target[];
  /** What is not as it was before, in one line each. */
  readonly losses: readonly string[];
  /** Said when nothing is lost. */
  readonly fine?: string;
  /** Tables to show beside the phases. */
  readonly tables: readonly string[];
}

/**
 * Runs a drill as a recorded run and shows its tables.
 *
 * @returns the exit code: 1 when something was lost or a target missed.
 */
export async function recordDrill(
  { stack, directory, print }: DrillOptions,
  kind: RunKind,
  nodes: readonly string[],
  drill: (recorder: RunRecorder) => Promise<DrillResult>,
): Promise<number> {
  const folder = governanceFolder(directory);
  let shown = false;
  const show = ({ run, file }: RunRecorder): void => {
    if (!shown) print(`\n${renderTable(runRows(run))}`);
    shown = true;
    print(`record: ${file}\n`);
  };
  return recordRun({ stack, kind, nodes, folder }, async (recorder) => {
    try {
      const { targets, losses, tables, fine = "Everything is as before." } = await drill(recorder);
      for (const { name, measured } of targets) recorder.measure(name, measured);
      const missed = targets.filter((target) => !isMet(target)).map(({ name }) => name);
      recorder.measure("targetsMissed", missed.join(", "));
      recorder.measure("lost", losses.join("; "));
      print(`\n${renderTable(runRows(recorder.run))}`);
      shown = true;
      for (const table of [...tables, targetsTable(targets)]) print(`\n${table}`);
      print(
        `\n${losses.length === 0 ? fine : losses.map((line) => `NOT AS BEFORE: ${line}`).join("\n")}\n`,
      );
      return losses.length === 0 && missed.length === 0 ? 0 : 1;
    } finally {
      show(recorder);
    }
  });
}
