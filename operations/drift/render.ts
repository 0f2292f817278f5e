import { renderTable } from "../table";
import type { LookAround } from "./look";

/** What a look found, for a person. */
export function renderLook(look: LookAround, seconds: number): string {
  const { findings, failures, notCompared, hosts, checks } = look;
  const table =
    findings.length === 0
      ? ""
      : renderTable([
          ["WHERE", "WHAT", "FOUND", "WANTED", "MEND"],
          ...findings.map(({ where, what, found, wanted, mend }) => [
            ...[where, what, found, wanted, mend],
          ]),
        ]);
  const seen = `${String(checks)} things on ${String(hosts.length)} hosts and in the cluster, in ${seconds.toFixed(1)} s`;
  const verdict =
    findings.length === 0
      ? failures.length === 0
        ? `All as the program has it: ${seen}.`
        : `No drift in what could be seen: ${seen}.`
      : `${String(findings.length)} not as the program has it, of ${seen}.`;
  return [
    table,
    ...failures.map((line) => `NOT SEEN: ${line}\n`),
    ...notCompared.map((line) => `not compared: ${line}\n`),
    `${verdict}\n`,
  ].join("");
}

/** What a look found, for a program. It holds no times: the same state gives the same text. */
export function lookJson(stack: string, look: LookAround): string {
  const { findings, failures, notCompared, hosts, checks } = look;
  const rows = findings.map(({ where, what, found, wanted, mend, heal }) => {
    return { where, what, found, wanted, mend, healed: heal !== undefined };
  });
  const clean = rows.length === 0 && failures.length === 0;
  const document = { stack, clean, hosts, checks, findings: rows, failures, notCompared };
  return `${JSON.stringify(document, null, 2)}\n`;
}
