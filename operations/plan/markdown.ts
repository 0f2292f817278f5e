import { isDifferent, type Difference } from "./difference";
import { changeLines, inputLines, label, summary } from "./differenceLines";

/** What fits into a comment of GitHub's, with room for its own mark-up: 65,536 characters. */
export const longestComment = 60_000;

/** Marks the comment of a stack, so that the next run finds it. */
export function commentMark(stack: string): string {
  return `<!-- bramble-plan:${stack} -->`;
}

/** A block of code that nothing inside it can end. */
function fenced(lines: readonly string[], language: string): string {
  const ticks = lines.flatMap((line) => line.match(/`{3,}/g) ?? []).map(({ length }) => length);
  const fence = "`".repeat(Math.max(3, ...ticks.map((length) => length + 1)));
  return [`${fence}${language}`, ...lines, fence].join("\n");
}

interface Section {
  readonly title: string;
  readonly items: readonly string[];
}

function details(title: string, items: readonly string[]): string {
  return `<details><summary>${title}</summary>\n\n${items.join("\n\n")}\n\n</details>`;
}

function sections({ added, changed, removed, forgotten }: Difference): Section[] {
  const code = (text: string) => `\`${text.replaceAll("`", "'")}\``;
  const all: Section[] = [
    {
      title: `Removed (${removed.length})`,
      items: removed.map((resource) => `- ${code(label(resource))}`),
    },
    {
      title: `Changed (${changed.length})`,
      items: changed.map((one) =>
        [
          `**${code(label(one.resource))}**${one.replaced ? " :warning: **is replaced**" : ""}`,
          fenced(changeLines(one), "diff"),
        ].join("\n"),
      ),
    },
    {
      title: `Added (${added.length})`,
      items: added.map((resource) => {
        const lines = inputLines(resource);
        const head = `**${code(label(resource))}**`;
        return lines.length === 0 ? head : `${head}\n${fenced(lines, "yaml")}`;
      }),
    },
    {
      title: `Leaves the state, is not deleted (${forgotten.length})`,
      items: forgotten.map((resource) => `- ${code(label(resource))}`),
    },
  ];
  return all.filter(({ items }) => items.length > 0);
}

/** As many items as fit, and how many did not. */
function fitting({ title, items }: Section, room: number): string {
  let length = title.length + 200;
  const kept = items.filter((item) => (length += item.length + 2) <= room);
  const left = items.length - kept.length;
  return details(
    title,
    left === 0 ? kept : [...kept, `… and ${left} more: see the whole plan of this run.`],
  );
}

/**
 * The difference as a comment on a pull request.
 *
 * @param against what it is compared with, in words.
 * @param longest characters it may have.
 */
export function renderMarkdown(
  found: Difference,
  against: string,
  longest: number = longestComment,
): string {
  const head = [
    commentMark(found.stack),
    `### Plan of \`${found.stack}\``,
    isDifferent(found)
      ? `${summary(found)}, against \`${against}\`. Secrets are masked: a new value of one does not show.`
      : `No difference against \`${against}\`.`,
    ...(found.losses.length === 0
      ? []
      : [
          [
            "> [!CAUTION]",
            "> **Data is lost.**",
            ...found.losses.slice(0, 50).map((loss) => `> - ${loss}`),
          ].join("\n"),
        ]),
  ].join("\n\n");
  const parts: string[] = [head];
  for (const section of sections(found)) {
    const used = parts.join("\n\n").length;
    parts.push(fitting(section, longest - used));
  }
  return `${parts.join("\n\n")}\n`;
}
