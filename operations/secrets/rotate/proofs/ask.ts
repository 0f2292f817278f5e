/** What somebody answered. */
export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

const answerSeconds = 15;

/** Who was asked, less whatever in the address may be secret. */
const shown = (url: string): string => new URL(url).host;

/**
 * Asks by HTTP. Redirections are answers too.
 *
 * @throws Error with the host alone when there is no answer: an address may hold a secret.
 */
export async function ask(url: string, request: RequestInit = {}): Promise<Answered> {
  try {
    const response = await fetch(url, {
      redirect: "manual",
      ...request,
      signal: AbortSignal.timeout(answerSeconds * 1000),
    });
    return { status: response.status, headers: response.headers, text: await response.text() };
  } catch (error) {
    const { cause, name } = error as { name: string; cause?: { code?: string } };
    throw new Error(`${shown(url)} does not answer: ${cause?.code ?? name}`);
  }
}

/** Asks, and wants an answer that is no refusal. @returns what was seen. */
export async function accepted(url: string, request: RequestInit = {}): Promise<string> {
  const { status } = await ask(url, request);
  if (status >= 200 && status < 300) return `${shown(url)} takes it: HTTP ${String(status)}`;
  throw new Error(`${shown(url)} answers HTTP ${String(status)}`);
}

/**
 * A field of an answer in JSON, as text.
 *
 * @returns undefined when the answer is none, or has no such field.
 */
export function fieldOf(text: string, name: string): string | undefined {
  try {
    const answer: unknown = JSON.parse(text);
    if (typeof answer !== "object" || answer === null) return undefined;
    const value = (answer as Readonly<Record<string, unknown>>)[name];
    return ["string", "boolean"].includes(typeof value) ? String(value) : undefined;
  } catch {
    return undefined;
  }
}

/** The header of a user with a password. */
export function basic(user: string, password: string): { readonly Authorization: string } {
  const text = Buffer.from(`${user}:${password}`).toString("base64");
  return { Authorization: `Basic ${text}` };
}
