import type { Runner, Test } from "mocha";
import { renderTable } from "../../../operations/table";
import { skipReason } from "./slow";

/** Every fault the hosts are tested with. A test of one is named `fault: <fault>: <what holds>`. */
export const faults = [
  "kill -9 of the run",
  "power cut while a server joins",
  "power cut during an upgrade",
  "power cut during a removal",
  "partition of one server",
  "partition of the server one talks to",
  "partition of the holder of the virtual address",
  "clock two days off",
  "full disk",
  "slow disk",
  "SSH dropping mid-script",
  "corrupted binary",
  "second operator",
  "two of three servers lost",
  "wrong token",
  "leftovers of an older cluster",
  "another machine at the same address",
] as const;

/** See {@link faults}. */
export type Fault = (typeof faults)[number];

/** The title of a test of a fault. */
export function fault(name: Fault, holds: string): string {
  return `fault: ${name}: ${holds}`;
}

interface Result {
  readonly fault: string;
  readonly result: string;
}

/** Collects what became of the tests of faults; call the answer for the table. */
export function collectFaults(runner: Runner): () => string {
  const results: Result[] = [];
  const note = (test: Test, result: string): void => {
    const [, name] = /^fault: ([^:]+): /.exec(test.title) ?? [];
    if (name !== undefined) results.push({ fault: name, result });
  };
  runner.on("pass", (test) => {
    note(test, "passed");
  });
  runner.on("fail", (test) => {
    note(test, "FAILED");
  });
  runner.on("pending", (test) => {
    note(test, `skipped: ${skipReason(test.title)}`);
  });
  return () => faultsTable(results);
}

/** One line for each fault: failed when one of its tests did, skipped when all of them were. */
function faultsTable(results: readonly Result[]): string {
  if (results.length === 0) return "";
  const verdict = (name: Fault): string => {
    const own = results.filter((row) => row.fault === name).map(({ result }) => result);
    const passed = own.filter((result) => result === "passed").length;
    if (own.includes("FAILED")) return "FAILED";
    return passed > 0 ? `passed (${passed} of ${own.length} tests)` : (own[0] ?? "not run");
  };
  return `\n${renderTable([["FAULT", "RESULT"], ...faults.map((name) => [name, verdict(name)])])}\n`;
}
