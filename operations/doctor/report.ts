import { renderTable } from "../table";
import type { Diagnosis, Examined } from "./examine";

const words = { ok: "ok", warn: "WARN", fail: "FAIL", unknown: "?" } as const;

function heading({ subject, role, address, findings }: Examined): string {
  const count = (state: Diagnosis["state"]) => findings.filter((one) => one.state === state).length;
  const tally = (["fail", "warn"] as const)
    .filter((state) => count(state) > 0)
    .map((state) => `${count(state)} ${state}`);
  const name = role === undefined ? subject : `${subject} (${role}, ${address ?? ""})`;
  return `${name}: ${[`${count("ok")} ok`, ...tally].join(", ")}\n`;
}

function lines({ state, title, found, mend }: Diagnosis, stack: string): string[][] {
  const row = [`  ${words[state]}`, title, found];
  return mend === undefined ? [row] : [row, ["", "", `→ ${mend.replaceAll("<stack>", stack)}`]];
}

/**
 * What was found, one part for the cluster and each host: what is not well with its mend, and the
 * rest as a number.
 *
 * @param everything shows what is well, too.
 */
export function renderExamined(
  stack: string,
  examined: readonly Examined[],
  everything: boolean,
): string {
  const shown = ({ state }: Diagnosis) => everything || state === "warn" || state === "fail";
  return examined
    .map((one) => {
      const rows = one.findings.filter(shown).flatMap((finding) => lines(finding, stack));
      return `${heading(one)}${rows.length === 0 ? "" : renderTable(rows)}`;
    })
    .join("");
}
