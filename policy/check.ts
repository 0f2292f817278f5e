import type { PolicyRuleId } from "../catalogue/policyRules";
import type { Exemption } from "./exemption";
import { placeOf, type Resource, withManifests } from "./resource";
import type { Context, Judgement } from "./rule";
import { ruleEntries } from "./rules";

/** A rule broken somewhere. */
export interface Violation {
  readonly rule: PolicyRuleId;
  /** The resource, as exemptions name it: `media/Deployment/plex`. */
  readonly place: string;
  /** The chart that renders it. */
  readonly chart?: string | undefined;
  readonly urn: string;
  readonly path: string;
  readonly wrong: string;
  readonly found?: string | undefined;
}

/** A violation that an exemption covers. */
export interface Exempted {
  readonly violation: Violation;
  readonly exemption: Exemption;
}

/** What looking at resources brought. */
export interface Verdict {
  /** Resources looked at. */
  readonly resources: number;
  /** How much of it each rule had to do with. */
  readonly subjects: ReadonlyMap<PolicyRuleId, number>;
  readonly violations: readonly Violation[];
  readonly exempted: readonly Exempted[];
}

/** How resources are looked at. */
export interface CheckOptions {
  readonly context: Omit<Context, "all">;
  readonly exemptions: readonly Exemption[];
  /** Whether a rule is asked. Default: each is, unless the configuration does not want it. */
  readonly isAsked?: (id: PolicyRuleId) => boolean;
}

/** Whether an exemption covers a violation. */
export function covers(exemption: Exemption, violation: Violation): boolean {
  const { rule, subjects, found, chart } = exemption;
  return (
    rule === violation.rule &&
    chart === violation.chart &&
    subjects.includes(violation.place) &&
    (found === undefined || (violation.found !== undefined && found.includes(violation.found)))
  );
}

/** Every rule on every resource. */
export function checkPolicy(given: readonly Resource[], options: CheckOptions): Verdict {
  const { exemptions, isAsked = () => true } = options;
  const all = given.flatMap(withManifests);
  const context = { ...options.context, all };
  const subjects = new Map<PolicyRuleId, number>();
  const violations: Violation[] = [];
  const exempted: Exempted[] = [];
  for (const [rule, { judge, charts, wanted }] of ruleEntries) {
    if (!isAsked(rule) || wanted?.(context) === false) continue;
    const judged = all
      .filter(({ chart }) => charts || chart === undefined)
      .flatMap((resource) =>
        judge(resource, context).map((judgement): [Resource, Judgement] => [resource, judgement]),
      );
    subjects.set(rule, judged.length);
    for (const [resource, { path, wrong, found }] of judged) {
      if (wrong === undefined) continue;
      const { urn, chart } = resource;
      const violation = { rule, place: placeOf(resource), chart, urn, path, wrong, found };
      const exemption = exemptions.find((one) => covers(one, violation));
      if (exemption === undefined) violations.push(violation);
      else exempted.push({ violation, exemption });
    }
  }
  return { resources: all.length, subjects, violations, exempted };
}

/** One line for one violation: `[non-root] media/Deployment/plex: spec.…: container plex may …`. */
export function violationLine({ rule, place, chart, path, wrong }: Violation): string {
  const where = [...(chart === undefined ? [] : [chart]), place, ...(path === "" ? [] : [path])];
  return `[${rule}] ${where.join(": ")}: ${wrong}`;
}
