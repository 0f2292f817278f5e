import { randomUUID } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { governanceFolder } from "../governance";

/** What a run was for. */
export const runKinds = [
  "bootstrap",
  "update",
  "rebuild",
  "failover",
  "restore",
  "destroy",
  "power",
  "rotation",
  "adopt",
  "backup",
  "handover",
  "rehearsal",
  "manual",
] as const;

/** See {@link runKinds}. */
export type RunKind = (typeof runKinds)[number];

const time = z.iso.datetime();

const phase = z.strictObject({
  name: z.string().min(1),
  startedAt: time,
  seconds: z.number().min(0),
  outcome: z.enum(["succeeded", "failed", "skipped"]),
  reason: z.string().min(1).optional(),
});

/** A Provisioning Run. @see docs/data-model.md */
export const provisioningRun = z.strictObject({
  id: z.uuid(),
  environment: z.string().min(1),
  kind: z.enum(runKinds),
  operator: z.string().min(1),
  startedAt: time,
  endedAt: time.optional(),
  outcome: z.enum(["running", "succeeded", "failed", "interrupted"]),
  nodes: z.array(z.string()),
  phases: z.array(phase),
  /** Figures of the run in their units, such as `apiAwaySeconds`. */
  measured: z.record(z.string(), z.union([z.number(), z.string()])),
  changeRecord: z.uuid().optional(),
  error: z.string().min(1).optional(),
});

/** See {@link provisioningRun}. */
export type ProvisioningRun = z.output<typeof provisioningRun>;

/** Records a run while it goes on; the file is whole after each phase. */
export interface RunRecorder {
  /** Runs one phase and notes how long it took and how it ended. */
  readonly phase: <T>(name: string, work: () => Promise<T>) => Promise<T>;
  /** Notes a phase that was not run, and why. */
  readonly skip: (name: string, reason: string) => void;
  /** Notes a figure. */
  readonly measure: (name: string, value: number | string) => void;
  readonly run: ProvisioningRun;
  /** Path of the file. */
  readonly file: string;
}

/** What a run is recorded as. */
export interface RunStart {
  readonly stack: string;
  readonly kind: RunKind;
  readonly nodes: readonly string[];
  /** Default: `docs/governance` of the project. */
  readonly folder?: string;
}

/** Who runs this command, for records. */
export function operatorName(): string {
  return process.env["BRAMBLE_OPERATOR"] ?? process.env["SUDO_USER"] ?? userInfo().username;
}

/**
 * Runs something as a recorded run: `<folder>/<stack>/runs/<time>-<kind>.json` is written when it
 * begins, after each phase and when it ends, so that a run cut off shows as `running`. SIGINT and
 * SIGTERM end the process with the run noted as `interrupted`.
 *
 * Nothing secret may be in names of phases, figures or errors: the record belongs into Git.
 *
 * @throws what the work throws, once its first line is in the record.
 */
export async function recordRun<T>(
  start: RunStart,
  work: (recorder: RunRecorder) => Promise<T>,
): Promise<T> {
  const began = new Date();
  const run: ProvisioningRun = {
    id: randomUUID(),
    environment: start.stack,
    kind: start.kind,
    operator: operatorName(),
    startedAt: began.toISOString(),
    outcome: "running",
    nodes: [...start.nodes],
    phases: [],
    measured: {},
  };
  const folder = join(start.folder ?? governanceFolder(), start.stack, "runs");
  mkdirSync(folder, { recursive: true });
  const stamp = run.startedAt.replace(/\.\d+Z$/, "Z").replaceAll(":", "");
  const file = join(folder, `${stamp}-${start.kind}-${run.id.slice(0, 8)}.json`);
  const save = () => {
    writeFileSync(file, `${JSON.stringify(provisioningRun.parse(run), null, 2)}\n`);
  };
  let underWay = "its beginning";
  const interrupt = (signal: NodeJS.Signals) => {
    run.outcome = "interrupted";
    run.endedAt = new Date().toISOString();
    run.error = `${signal} during ${underWay}`;
    save();
    process.exit(130);
  };
  const recorder: RunRecorder = {
    ...{ run, file },
    phase: async (name, act) => {
      underWay = name;
      const from = Date.now();
      const startedAt = new Date(from).toISOString();
      const end = (outcome: "succeeded" | "failed") => {
        const seconds = Math.round((Date.now() - from) / 100) / 10;
        run.phases.push({ name, startedAt, seconds, outcome });
        save();
      };
      try {
        const result = await act();
        end("succeeded");
        return result;
      } catch (error) {
        end("failed");
        throw error;
      }
    },
    skip: (name, reason) => {
      const startedAt = new Date().toISOString();
      run.phases.push({ name, startedAt, seconds: 0, outcome: "skipped", reason });
      save();
    },
    measure: (name, value) => {
      run.measured[name] = value;
    },
  };
  save();
  process.once("SIGINT", interrupt).once("SIGTERM", interrupt);
  try {
    const result = await work(recorder);
    run.outcome = "succeeded";
    return result;
  } catch (error) {
    run.outcome = "failed";
    run.error = (error instanceof Error ? error.message : String(error)).split("\n")[0] ?? "failed";
    throw error;
  } finally {
    process.removeListener("SIGINT", interrupt).removeListener("SIGTERM", interrupt);
    run.endedAt = new Date().toISOString();
    save();
  }
}

/** A run's phases and figures as rows for a table. */
export function runRows(run: ProvisioningRun): string[][] {
  return [
    ["PHASE", "SECONDS", "OUTCOME"],
    ...run.phases.map(({ name, seconds, outcome, reason }) => [
      name,
      seconds.toFixed(1),
      reason === undefined ? outcome : `${outcome}: ${reason}`,
    ]),
  ];
}
