import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Config } from "../../../config/schema";
import { failureOf, type HostAccess, presentHosts, runOnHosts } from "../../connection/session";
import { renderTable } from "../../table";
import { accessOf, type DoctorOptions } from "../doctor";
import { apiserverRows } from "./apiserverRows";
import { type CisFacts, nothingKnown, parseCisFacts } from "./cisFacts";
import type { CisResult, CisRow } from "./cisRow";
import { controlPlaneRows } from "./controlPlaneRows";
import { nodeFileRows, serverFileRows } from "./fileRows";
import { nodeRows } from "./nodeRows";

/** Every check. @see https://docs.k3s.io/security/self-assessment-1.11 */
export const cisRows: readonly CisRow[] = [
  ...serverFileRows,
  ...apiserverRows,
  ...controlPlaneRows,
  ...nodeFileRows,
  ...nodeRows,
];

/** One check on one host, as people and programs read it. */
export interface CisCheck {
  readonly id: string;
  readonly text: string;
  readonly result: CisResult;
  readonly found: string;
  /** Set where something is to be done or judged. */
  readonly mend?: string;
}

/** All checks of one host. */
export interface CisReport {
  readonly host: string;
  readonly role: "server" | "agent";
  readonly checks: readonly CisCheck[];
}

const script = "cis-facts.sh";

/** Looks at every present host at once, one SSH session each, and changes nothing. */
export async function collectCis(access: HostAccess): Promise<CisFacts[]> {
  const text = readFileSync(join(__dirname, script), "utf8");
  const answers = await runOnHosts(
    { ...access, scripts: { ...access.scripts, [script]: text } },
    presentHosts(access.config).map((host) => ({ host, script, args: [], timeoutSeconds: 120 })),
  );
  return answers.map((answer) => {
    const { host, stdout, unreachable } = answer;
    if (unreachable !== undefined) return nothingKnown(host, unreachable);
    const early = `${host.name}: the look at it ended early: ${failureOf(answer)}`;
    return parseCisFacts(host, stdout) ?? nothingKnown(host, early);
  });
}

/** Judges one host by every check that is about it. */
export function judge(facts: CisFacts, config: Config): CisReport {
  const { name: host, role } = facts.host;
  const away = facts.unreachable ?? (facts.installed ? undefined : `${host}: k3s is not installed`);
  if (away !== undefined) {
    const found = away.replace(`${host}: `, "");
    const mend = "`npm run doctor -- <stack>` tells more";
    return {
      host,
      role,
      checks: [{ id: "-", text: "can be looked at", result: "fail", found, mend }],
    };
  }
  const checks = cisRows
    .filter(({ on }) => on === "node" || role === "server")
    .map((row): CisCheck => {
      const finding = row.look(facts, config);
      return {
        ...{ id: row.id, text: row.text, ...finding },
        ...(finding.result === "pass" ? {} : { mend: row.mend }),
      };
    });
  return { host, role, checks };
}

/** One part for each host: every check, and the mend under what is not well. */
export function renderCis(stack: string, reports: readonly CisReport[]): string {
  return reports
    .map(({ host, role, checks }) => {
      const tally = (["pass", "fail", "manual"] as const)
        .map((result) => [checks.filter((check) => check.result === result).length, result])
        .filter(([count]) => count !== 0)
        .map((words) => words.join(" "));
      const rows = checks.flatMap(({ id, result, text, found, mend }) => [
        [`  ${id}`, result === "fail" ? "FAIL" : result, text, found],
        ...(mend === undefined ? [] : [["", "", "", `→ ${mend.replaceAll("<stack>", stack)}`]]),
      ]);
      return `${host} (${role}): ${tally.join(", ")}\n${renderTable(rows)}`;
    })
    .join("");
}

/**
 * Checks every host by the CIS Kubernetes Benchmark as it applies to k3s. Changes nothing.
 *
 * @returns the exit code: 1 when a check failed.
 */
export async function cis(options: DoctorOptions): Promise<number> {
  const { stack, format, print } = options;
  const access = accessOf(options);
  const facts = await collectCis(access);
  const reports = facts.map((one) => judge(one, access.config));
  print(format === "json" ? `${JSON.stringify(reports, null, 2)}\n` : renderCis(stack, reports));
  return reports.some(({ checks }) => checks.some(({ result }) => result === "fail")) ? 1 : 0;
}
