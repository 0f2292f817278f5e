/** The categories with their shares of the whole, which add up to one. */
export const categoryWeights = {
  infrastructure: 0.2,
  manifests: 0.2,
  secrets: 0.25,
  configuration: 0.15,
  gitops: 0.15,
  metadata: 0.05,
} as const;

/** See {@link categoryWeights}. */
export type Category = keyof typeof categoryWeights;

/** The categories, in the order in which they are shown. */
export const categories = Object.keys(categoryWeights) as Category[];

/** What a total means, best first. */
const bands = [
  { from: 8, name: "ready" },
  { from: 6, name: "conditional" },
  { from: 4, name: "not ready" },
  { from: -Infinity, name: "blockers" },
] as const;

/** See {@link bandOf}. */
export type Band = (typeof bands)[number]["name"];

/** One decimal, as it is shown and judged. */
function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}

/** The total of the categories' scores, 0 to 10 each; one decimal. */
export function totalOf(scores: Readonly<Record<Category, number>>): number {
  return rounded(
    categories.reduce((sum, category) => sum + scores[category] * categoryWeights[category], 0),
  );
}

/** What a total means: from 8 ready, from 6 conditional, from 4 not ready, below that blockers. */
export function bandOf(total: number): Band {
  return bands.find(({ from }) => total >= from)?.name ?? "blockers";
}

/** How far one criterion is met, and why. */
export interface Verdict {
  /** What meets it, out of `of`. */
  readonly met: number;
  /** How many things there are to judge; 0 where the criterion says nothing about this stack. */
  readonly of: number;
  /** What is there, or what is lacking. */
  readonly reason: string;
}

/** A rule of the score. */
export interface Criterion<Subject> {
  readonly id: string;
  readonly category: Category;
  /** What it counts for among the criteria of its category. */
  readonly points: number;
  /** What a stack is to have, in one line. */
  readonly wish: string;
  readonly judge: (subject: Subject) => Verdict;
}

/** A criterion with what it gave a stack. */
export interface Judged {
  readonly id: string;
  readonly category: Category;
  readonly wish: string;
  /** Points it gave, out of `points`; both 0 where it says nothing about the stack. */
  readonly earned: number;
  readonly points: number;
  readonly reason: string;
}

/** A stack's score with the reasons for each point. */
export interface Score {
  readonly total: number;
  readonly band: Band;
  /** 0 to 10, one decimal. */
  readonly categories: Readonly<Record<Category, number>>;
  readonly criteria: readonly Judged[];
}

function judged<Subject>(criterion: Criterion<Subject>, subject: Subject): Judged {
  const { id, category, wish } = criterion;
  const { met, of, reason } = criterion.judge(subject);
  const points = of === 0 ? 0 : criterion.points;
  return { id, category, wish, earned: of === 0 ? 0 : (points * met) / of, points, reason };
}

function categoryScore(criteria: readonly Judged[]): number {
  const points = criteria.reduce((sum, one) => sum + one.points, 0);
  const earned = criteria.reduce((sum, one) => sum + one.earned, 0);
  return points === 0 ? 10 : rounded((10 * earned) / points);
}

/** Judges a stack by every criterion. */
export function scoreBy<Subject>(criteria: readonly Criterion<Subject>[], subject: Subject): Score {
  const all = criteria.map((criterion) => judged(criterion, subject));
  const scores = Object.fromEntries(
    categories.map((category) => [
      category,
      categoryScore(all.filter((one) => one.category === category)),
    ]),
  ) as Record<Category, number>;
  const total = totalOf(scores);
  return { total, band: bandOf(total), categories: scores, criteria: all };
}
