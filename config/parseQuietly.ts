import { parseDocument } from "yaml";

/**
 * Reads YAML that may hold secrets. The library's own errors quote the line at fault.
 *
 * @param what what the text is, for the error.
 * @throws Error in one line with the number of the line at fault, and no word of it.
 */
export function parseQuietly(text: string, what: string): unknown {
  const document = parseDocument(text, { prettyErrors: false, logLevel: "silent" });
  const [error] = document.errors;
  if (error !== undefined) {
    const line = text.slice(0, error.pos[0]).split("\n").length;
    throw new Error(`${what} is not valid YAML: look at line ${line}`);
  }
  try {
    return document.toJS();
  } catch {
    // An alias that nothing is named by.
    throw new Error(`${what} is not valid YAML`);
  }
}

/**
 * Reads JSON that may hold secrets, such as what a program printed: the runtime's own error quotes it.
 *
 * @param what what the text is, for the error.
 * @throws Error in one line, with no word of it.
 */
export function parseJsonQuietly(text: string, what: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new Error(`${what} is not valid JSON: it was cut off, or something else printed it`);
  }
}
