import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { governanceFolder } from "../governance";

/** One look, as it is kept: a line of `drift.jsonl`. */
export const driftRecord = z.strictObject({
  time: z.iso.datetime(),
  operator: z.string().min(1),
  /** Hosts that were looked at. */
  hosts: z.number().int().min(0),
  /** Things that were looked at, on hosts and in the cluster. */
  checks: z.number().int().min(0),
  /** Of these, how many were not as wanted. */
  drifted: z.number().int().min(0),
  /** Hosts and parts of the cluster that could not be looked at. */
  unseen: z.number().int().min(0),
  seconds: z.number().min(0),
});

/** See {@link driftRecord}. */
export type DriftRecord = z.output<typeof driftRecord>;

/** The share of things that are to be as the program has them. */
export const targetRate = 0.95;

/** Where a stack's looks are kept. @param folder default: `docs/governance` of the project. */
export function driftFile(stack: string, folder?: string): string {
  return join(folder ?? governanceFolder(), stack, "drift.jsonl");
}

/** Adds a look to those of a stack. */
export function keepLook(stack: string, record: DriftRecord, folder?: string): void {
  const file = driftFile(stack, folder);
  mkdirSync(join(file, ".."), { recursive: true });
  appendFileSync(file, `${JSON.stringify(driftRecord.parse(record))}\n`);
}

/**
 * Reads the looks of a stack, oldest first.
 *
 * @throws Error naming file and line of what is no look.
 */
export function readLooks(stack: string, folder?: string): DriftRecord[] {
  const file = driftFile(stack, folder);
  if (!existsSync(file)) return [];
  return readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line, index) => {
      try {
        return driftRecord.parse(JSON.parse(line));
      } catch {
        throw new Error(`${file}:${String(index + 1)} is no record of a look: remove the line`);
      }
    });
}

/** The rate over all looks, in lines for a person. */
export function renderRate(stack: string, looks: readonly DriftRecord[]): string {
  if (looks.length === 0) return `no look at ${stack} is kept yet: npm run drift -- ${stack}\n`;
  const sum = (of: (look: DriftRecord) => number) => looks.reduce((all, one) => all + of(one), 0);
  const checks = sum((look) => look.checks);
  const free = checks === 0 ? 0 : (checks - sum((look) => look.drifted)) / checks;
  const clean = looks.filter((look) => look.drifted === 0 && look.unseen === 0).length;
  const percent = (share: number) => `${(Math.floor(share * 1000) / 10).toFixed(1)} %`;
  return [
    `drift-free: ${percent(free)} of ${String(checks)} things looked at (target ${percent(targetRate)}: ${free >= targetRate ? "met" : "MISSED"})`,
    `looks: ${String(looks.length)} from ${looks[0]?.time ?? ""} to ${looks.at(-1)?.time ?? ""}, of which ${String(clean)} found all as wanted`,
    "",
  ].join("\n");
}
