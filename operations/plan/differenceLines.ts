import { createTwoFilesPatch } from "diff";
import { stringify } from "yaml";
import type { ChangedResource, Difference, PropertyChange } from "./difference";
import type { PlannedResource } from "./plan";

/** Texts longer than this, and those of several lines, are shown by what differs in them. */
const longestInline = 160;
/** Lines shown of a difference between two texts. */
const longestPatch = 40;

/** `Deployment radarr`, or `Command pi-1-k3s`. */
export function label({ type, name }: PlannedResource): string {
  return `${type.split(":").at(-1) ?? type} ${name}`;
}

function isLong(value: unknown): value is string {
  return typeof value === "string" && (value.includes("\n") || value.length > longestInline);
}

function inline(value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return isLong(text) ? `${text.slice(0, longestInline).replaceAll("\n", "\\n")}…` : text;
}

/** What differs in two texts, without the heads that name files. */
function patch(from: string, to: string): string[] {
  const lines = createTwoFilesPatch("", "", from, to, "", "", { context: 2 })
    .split("\n")
    .slice(4)
    .filter((line) => line !== "" && !line.startsWith("\\"));
  const rest = lines.length - longestPatch;
  return rest > 0 ? [...lines.slice(0, longestPatch), `… ${rest} more lines of difference`] : lines;
}

/** A property's change as lines of a diff. */
export function propertyLines({ path, from, to, replaces }: PropertyChange): string[] {
  const note = replaces ? "  # replaces the resource" : "";
  if (isLong(from) && isLong(to)) {
    const [old, now] = [from, to].map((text) =>
      text.includes("\n") ? text : text.replaceAll(" ", "\n"),
    );
    return [`  ${path}:${note}`, ...patch(old ?? "", now ?? "")];
  }
  return [
    ...(from === undefined ? [] : [`- ${path}: ${inline(from)}${note}`]),
    ...(to === undefined ? [] : [`+ ${path}: ${inline(to)}${note}`]),
  ];
}

/** A changed resource as lines of a diff. */
export function changeLines({ properties }: ChangedResource): string[] {
  return properties.flatMap(propertyLines);
}

/** What a new resource would be given. */
export function inputLines({ inputs }: PlannedResource): string[] {
  if (Object.keys(inputs).length === 0) return [];
  const lines = stringify(inputs, { aliasDuplicateObjects: false, lineWidth: 0 })
    .trimEnd()
    .split("\n");
  const rest = lines.length - longestPatch;
  return rest > 0 ? [...lines.slice(0, longestPatch), `… ${rest} more lines`] : lines;
}

/** `2 to add, 3 to change (1 replaced), 1 to remove`. */
export function summary({ added, changed, removed, forgotten }: Difference): string {
  const replaced = changed.filter((one) => one.replaced).length;
  return [
    `${added.length} to add`,
    `${changed.length} to change${replaced > 0 ? ` (${replaced} replaced)` : ""}`,
    `${removed.length} to remove`,
    ...(forgotten.length > 0 ? [`${forgotten.length} to forget`] : []),
  ].join(", ");
}

/** The difference for a terminal. */
export function renderDifference(found: Difference, against: string): string {
  const indented = (lines: readonly string[]) => lines.map((line) => `    ${line}`);
  const lines = [
    `stack ${found.stack} against ${against}: ${summary(found)}`,
    ...found.losses.map((loss) => `DATA LOSS  ${loss}`),
    ...found.added.map((resource) => `+ ${label(resource)}`),
    ...found.changed.flatMap((one) => [
      `${one.replaced ? "+-" : "~"} ${label(one.resource)}`,
      ...indented(changeLines(one)),
    ]),
    ...found.removed.map((resource) => `- ${label(resource)}`),
    ...found.forgotten.map((resource) => `  ${label(resource)}: leaves the state, is not deleted`),
  ];
  return `${lines.join("\n")}\n`;
}
