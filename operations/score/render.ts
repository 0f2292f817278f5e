import { renderTable } from "../table";
import { categories, categoryWeights, type Score } from "./score";

function figure(value: number): string {
  return value.toFixed(1);
}

/** The score for people: each category with its share, each point with its reason. */
export function renderScore(stack: string, judged: string, score: Score): string {
  const rows = categories.flatMap((category) => [
    [
      category,
      figure(score.categories[category]),
      `${String(Math.round(categoryWeights[category] * 100))} %`,
      "",
    ],
    ...score.criteria
      .filter((one) => one.category === category)
      .map(({ id, wish, earned, points, reason }) => [
        `  ${id}`,
        points === 0 ? "-" : `${figure(earned)}/${String(points)}`,
        "",
        `${wish}: ${reason}`,
      ]),
  ]);
  return [
    `${stack}, ${judged}: ${figure(score.total)} of 10, ${score.band}\n\n`,
    renderTable([["", "score", "share", "why"], ...rows]),
  ].join("");
}
