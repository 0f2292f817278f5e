/**
 * Sets values in one section of an INI file and leaves every other line as it is. A section or key
 * that is missing is added.
 *
 * @param section its name without brackets. Sections within it, `[[…]]`, end it.
 */
export function setIniValues(
  text: string,
  section: string,
  values: Readonly<Record<string, string>>,
  assign = " = ",
): string {
  const lines = text === "" ? [] : text.replace(/\n$/, "").split("\n");
  const isHeader = (line: string): boolean => line.trimStart().startsWith("[");
  let start = lines.findIndex((line) => line.trim() === `[${section}]`);
  if (start < 0) start = lines.push(`[${section}]`) - 1;
  for (const [key, value] of Object.entries(values)) {
    const after = lines.slice(start + 1);
    const length = after.findIndex(isHeader);
    const body = length < 0 ? after : after.slice(0, length);
    const at = body.findIndex((line) => keyIn(line) === key);
    const line = `${key}${assign}${value}`;
    if (at < 0) lines.splice(start + 1, 0, line);
    else lines[start + 1 + at] = line;
  }
  return `${lines.join("\n")}\n`;
}

function keyIn(line: string): string | undefined {
  const at = line.indexOf("=");
  return at < 0 ? undefined : line.slice(0, at).trim();
}

/** The value of a key in one section; undefined where there is none. */
export function iniValue(text: string, section: string, key: string): string | undefined {
  const lines = text.split("\n");
  const start = lines.findIndex((line) => line.trim() === `[${section}]`);
  if (start < 0) return undefined;
  for (const line of lines.slice(start + 1)) {
    if (line.trimStart().startsWith("[")) return undefined;
    if (keyIn(line) === key) return line.slice(line.indexOf("=") + 1).trim();
  }
  return undefined;
}
