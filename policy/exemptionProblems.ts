import type { Exempted } from "./check";
import type { Exemption } from "./exemption";
import { rules } from "./rules";

/** Days ahead within which each exemption has to be looked at again. */
const longest = 400;
/** Subjects of one row: more are a rule that does not fit, not exceptions to it. */
const mostSubjects = 12;
const day = 24 * 60 * 60 * 1000;

/** What an exemption is called in a message. */
function nameOf({ rule, chart, subjects }: Exemption): string {
  const [first = "nothing", ...more] = subjects;
  const others = more.length === 0 ? "" : ` and ${String(more.length)} more`;
  return `[${rule}] ${chart === undefined ? "" : `${chart}: `}${first}${others}`;
}

function expiryProblem({ expires }: Exemption, now: Date): string | undefined {
  const end = /^\d{4}-\d\d-\d\d$/.test(expires) ? Date.parse(`${expires}T23:59:59Z`) : Number.NaN;
  if (Number.isNaN(end)) return `expires ${expires}, which is no day`;
  if (end < now.getTime()) {
    return `has expired on ${expires}: mend what it is for, or look at it again and set a new day`;
  }
  return end - now.getTime() > longest * day
    ? `expires ${expires}: more than ${String(longest)} days ahead nobody looks at it again`
    : undefined;
}

/** Whether a subject names one object: kind and name, and the namespace where it has one. */
function isNarrow(subject: string): boolean {
  const parts = subject.split("/");
  return (
    parts.length >= 2 &&
    parts.length <= 3 &&
    parts.every((part, index) =>
      index === 0 && part === "{media}" ? true : /^[A-Za-z0-9][\w.:-]*$/.test(part),
    )
  );
}

/** What is wrong with the exemptions themselves, one line for each. */
export function exemptionProblems(rows: readonly Exemption[], now: Date): readonly string[] {
  return rows.flatMap((row) => {
    const wide = row.subjects.filter((subject) => !isNarrow(subject));
    const judgesCharts = row.chart === undefined || rules[row.rule].charts;
    const problems = [
      expiryProblem(row, now),
      row.subjects.length === 0 || row.subjects.length > mostSubjects
        ? `is for ${String(row.subjects.length)} subjects: 1 to ${String(mostSubjects)} are allowed`
        : undefined,
      ...wide.map((subject) => `is too wide: ${subject} does not name one object`),
      judgesCharts ? undefined : `is of a chart, which the rule does not judge`,
      row.reason.length < 20 || row.owner === "" ? "lacks a reason or an owner" : undefined,
    ];
    return problems
      .filter((problem) => problem !== undefined)
      .map((problem) => `${nameOf(row)} ${problem}`);
  });
}

/**
 * Exemptions that cover nothing: what they were for is mended, or goes by another name.
 *
 * @param rows with their subjects as written.
 * @param used what was exempted, by rows whose subjects may have been filled in.
 * @param isLookedAt whether a subject was there to be judged. Default: each was.
 */
export function unusedExemptions(
  rows: readonly Exemption[],
  used: readonly Exempted[],
  isLookedAt: (subject: string, row: Exemption) => boolean = () => true,
): readonly string[] {
  const covered = used.map(({ exemption, violation }) =>
    [exemption.rule, exemption.chart ?? "", exemption.reason, violation.place].join("|"),
  );
  return rows.flatMap((row) =>
    row.subjects
      .filter((subject) => isLookedAt(subject, row))
      .filter(
        (subject) => !covered.includes([row.rule, row.chart ?? "", row.reason, subject].join("|")),
      )
      .map((subject) => `${nameOf({ ...row, subjects: [subject] })} is not needed: remove it`),
  );
}
