/**
 * Reads a value of the stack's config. Structured values are handed over as JSON text; what is no
 * JSON is the text itself.
 */
export function readValue(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
