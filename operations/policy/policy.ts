import { policyRuleIds } from "../../catalogue/policyRules";
import type { Config } from "../../config/schema";
import { checkPolicy, type Verdict, type Violation, violationLine } from "../../policy/check";
import { contextOf, enforcementOf } from "../../policy/context";
import { exemptionsFor } from "../../policy/exemption";
import { exemptions } from "../../policy/exemptions";
import type { Resource } from "../../policy/resource";
import { rules } from "../../policy/rules";
import { stackRegistrations } from "../plan/plan";
import { readStackConfig } from "../stackFile";
import { generatedStandIns } from "./standIns";

/** What `npm run policy` is told. */
export interface PolicyOptions {
  readonly stack: string;
  /** Folder of the stack's file. */
  readonly directory: string;
  readonly format: "text" | "json";
  readonly print: (text: string) => void;
}

/** Every rule that a configuration does not turn off, on the resources of its stack. */
export function verdictOf(config: Config, resources: readonly Resource[]): Verdict {
  return checkPolicy(resources, {
    context: contextOf(config, []),
    exemptions: exemptionsFor(config, exemptions),
    isAsked: (id) => enforcementOf(config, id) !== "disabled",
  });
}

/** Rules of which something is exempt, in order. */
export function exemptRules(verdicts: readonly Verdict[]): readonly string[] {
  const names = new Set(
    verdicts.flatMap(({ exempted }) => exempted.map(({ violation }) => violation.rule)),
  );
  return policyRuleIds.filter((id) => names.has(id));
}

/** `policy: 33 rules, 371 resources, 0 violations, 41 exemptions (capabilities, …)`. */
export function summaryLine(verdicts: readonly Verdict[]): string {
  const sum = (figure: (verdict: Verdict) => number) =>
    String(verdicts.reduce((total, verdict) => total + figure(verdict), 0));
  const names = exemptRules(verdicts);
  const exempt = `${sum(({ exempted }) => exempted.length)} exemptions`;
  return [
    `policy: ${String(policyRuleIds.length)} rules`,
    `${sum(({ resources }) => resources)} resources`,
    `${sum(({ violations }) => violations.length)} violations`,
    names.length === 0 ? exempt : `${exempt} (${names.join(", ")})`,
  ].join(", ");
}

function text(config: Config, { violations, ...verdict }: Verdict): string {
  const broken = policyRuleIds.filter((id) => violations.some(({ rule }) => rule === id));
  const lines = broken.flatMap((id) => [
    `${enforcementOf(config, id)}: ${rules[id].title}.`,
    `  why: ${rules[id].reason}`,
    `  mend: ${rules[id].mend}`,
    ...violations.filter(({ rule }) => rule === id).map((one) => `  ${violationLine(one)}`),
  ]);
  return [...lines, summaryLine([{ ...verdict, violations }]), ""].join("\n");
}

function json(stack: string, config: Config, { resources, violations, exempted }: Verdict): string {
  const shown = ({ rule, place, path, wrong, urn }: Violation) => ({
    ...{ rule, level: enforcementOf(config, rule), place, path, wrong, urn },
  });
  const exempt = exempted.map(({ violation, exemption: { reason, owner, expires } }) => ({
    ...shown(violation),
    ...{ reason, owner, expires },
  }));
  const found = { stack, rules: policyRuleIds.length, resources };
  const all = { ...found, violations: violations.map(shown), exempted: exempt };
  return `${JSON.stringify(all, null, 2)}\n`;
}

/**
 * Holds a stack to the policy: in this process, without a CLI, a host or a cluster.
 *
 * @returns the exit code: 0 when no mandatory rule is broken, else 1.
 * @throws when the configuration is wrong.
 */
export async function policy({ stack, directory, format, print }: PolicyOptions): Promise<number> {
  const config = readStackConfig(stack, directory);
  const verdict = verdictOf(config, await stackRegistrations(stack, directory, generatedStandIns));
  print(format === "json" ? json(stack, config, verdict) : text(config, verdict));
  const isStopped = verdict.violations.some(
    ({ rule }) => enforcementOf(config, rule) === "mandatory",
  );
  return isStopped ? 1 : 0;
}
