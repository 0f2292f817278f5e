import type { PolicyRuleId } from "../catalogue/policyRules";
import type { Config } from "../config/schema";

/** What a rule does not hold for, and why. */
export interface Exemption {
  readonly rule: PolicyRuleId;
  /**
   * Resources by namespace, kind and name: `media/Deployment/plex`. No patterns: what is added later
   * is not exempt. `{media}` stands for the media stack's namespace.
   */
  readonly subjects: readonly string[];
  /** Just what was found of this, where the rule says what it finds. Default: whatever was found. */
  readonly found?: readonly string[];
  /** The chart that renders them. Default: the program makes them. */
  readonly chart?: string;
  /** Why it has to be so. */
  readonly reason: string;
  /** The role that answers for it. */
  readonly owner: string;
  /** Day after which it has to be looked at again: `2027-05-31`. */
  readonly expires: string;
}

/** Exemptions with the names that a stack's configuration gives. */
export function exemptionsFor(
  { media }: Pick<Config, "media">,
  rows: readonly Exemption[],
): readonly Exemption[] {
  return rows.map((row) => ({
    ...row,
    subjects: row.subjects.map((subject) => subject.replace(/^\{media\}/, media.namespace)),
  }));
}
