import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** One request as a fake app sees it. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** JSON body; undefined for none. */
  readonly json: unknown;
  readonly form: URLSearchParams;
}

/** What a fake app answers. Default status: 200. */
export interface Told {
  readonly status?: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A fake app that runs. */
export interface FakeApp {
  readonly url: string;
  /** Requests that changed something, `POST /api/v3/downloadclient`. */
  readonly writes: string[];
  readonly close: () => Promise<void>;
}

export type Fields = Record<string, unknown>;

/** The JSON or nothing of a text. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/**
 * Starts a small HTTP server; `answer` notes what it changed in `writes`.
 *
 * @param wanted port to listen on. Default: any.
 */
export async function startApp(
  answer: (asked: Asked, write: () => void) => Told | Promise<Told>,
  wanted = 0,
): Promise<FakeApp> {
  const writes: string[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const text = Buffer.concat(chunks).toString("utf8");
      const { pathname, searchParams } = new URL(request.url ?? "/", "http://app");
      const method = request.method ?? "GET";
      const asked: Asked = {
        ...{ method, path: pathname, query: searchParams, headers: request.headers },
        ...{ json: jsonOf(text), form: new URLSearchParams(text) },
      };
      const write = () => writes.push(`${method} ${pathname}`);
      void Promise.resolve(answer(asked, write)).then(({ status = 200, body, headers = {} }) => {
        const isText = typeof body === "string";
        response.writeHead(status, {
          "Content-Type": isText ? "text/plain" : "application/json",
          ...headers,
        });
        response.end(isText ? body : body === undefined ? "" : JSON.stringify(body));
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(wanted, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${String(port)}`,
    writes,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}
