/** An app does not answer, or not yet: asking again later may help. */
export class NotReady extends Error {}

/** An app answered no: asking again changes nothing. */
export class Refusal extends Error {
  readonly status: number;
  /** What the app said, as JSON where it is. */
  readonly body: unknown;

  constructor(message: string, status: number, body: unknown) {
    super(message);
    this.status = status;
    this.body = body;
  }
}

/** One request. A body is JSON or a form, never both. */
export interface Call {
  readonly method?: "GET" | "POST" | "PUT";
  readonly json?: unknown;
  readonly form?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What an app answered. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** How one app is spoken to. */
export interface Client {
  /** Any answer counts, redirections included; throws {@link NotReady} without one. */
  readonly send: (path: string, call?: Call) => Promise<Answer>;
  /** The answer's JSON; throws {@link Refusal} on a status of 400 and above. */
  readonly ask: (path: string, call?: Call) => Promise<unknown>;
}

/** Seconds a single answer may take: the apps test a link before they store it. */
const answerSeconds = 60;

/** A proxy's or an app's way of saying that it is still starting. */
const startingStatuses = [429, 502, 503, 504];

/** The value behind JSON text; the text itself where it is none. */
export function readJson(text: string): unknown {
  try {
    return text === "" ? undefined : (JSON.parse(text) as unknown);
  } catch {
    return text;
  }
}

/** The fields of an object; none where it is something else. */
export function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}

/** The objects of a list; none where it is something else. */
export function listOf(value: unknown): Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.map(fieldsOf) : [];
}

/** A field that is text; empty where it is something else. */
export function textOf(value: unknown): string {
  return typeof value === "string" ? value : typeof value === "number" ? String(value) : "";
}

/** Why an app refused, in its own words. */
function reasonIn(body: unknown): string {
  const failures = listOf(body).map(({ propertyName, errorMessage }) =>
    [textOf(propertyName), textOf(errorMessage)].filter((part) => part !== "").join(": "),
  );
  if (failures.length > 0) return failures.join("; ");
  const { message, error } = fieldsOf(body);
  const told = [message, error, body].map(textOf).find((text) => text !== "") ?? "";
  return told.replace(/\s+/g, " ").slice(0, 200);
}

/**
 * A client for an app.
 *
 * @param base address of the app, such as `http://radarr:7878`.
 * @param headers sent with every request; the app's key among them.
 */
export function createClient(base: string, headers: Readonly<Record<string, string>>): Client {
  const send = async (path: string, call: Call = {}): Promise<Answer> => {
    const { method = "GET", json, form } = call;
    const body =
      json !== undefined
        ? { body: JSON.stringify(json), type: { "Content-Type": "application/json" } }
        : form !== undefined
          ? { body: new URLSearchParams(form), type: {} }
          : { body: null, type: {} };
    try {
      const response = await fetch(new URL(path, base), {
        method,
        body: body.body,
        redirect: "manual",
        headers: { Accept: "application/json", ...body.type, ...headers, ...call.headers },
        signal: AbortSignal.timeout(answerSeconds * 1000),
      });
      const text = await response.text();
      if (startingStatuses.includes(response.status)) {
        throw new NotReady(`${base} is not ready: HTTP ${String(response.status)}`);
      }
      return { status: response.status, headers: response.headers, text };
    } catch (error) {
      if (error instanceof NotReady) throw error;
      const { cause } = error as { cause?: { code?: unknown } };
      const why = textOf(cause?.code) || (error as Error).name;
      throw new NotReady(`${base} does not answer: ${why}`);
    }
  };
  return {
    send,
    ask: async (path, call = {}) => {
      const { status, text } = await send(path, call);
      const body = readJson(text);
      if (status < 400) return body;
      // The part after `?` may hold a key.
      const where = `${call.method ?? "GET"} ${path.split("?")[0] ?? ""}`;
      const why = status === 401 ? "the key or password is not the app's" : reasonIn(body);
      throw new Refusal(`${where}: HTTP ${String(status)}: ${why}`, status, body);
    },
  };
}
