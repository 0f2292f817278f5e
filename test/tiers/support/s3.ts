import { createHash, createHmac } from "node:crypto";
import {
  createReadStream,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { join } from "node:path";

// A store as small as an S3-compatible one can be: one bucket in a folder, put, get, list, delete.
// It refuses what is not signed as it should be, and a body whose digest differs from the signed
// one. Run by a test inside the lab's network: s3.ts FOLDER PORT ACCESS-KEY-ID, secret key on stdin.

const [folder = "", port = "9000", accessKey = ""] = process.argv.slice(2);
const secretKey = readFileSync(0, "utf8").trim();

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}

const sha256 = (content: string | Buffer) => createHash("sha256").update(content).digest("hex");

/** The signature that the request should carry. */
function signature(request: IncomingMessage, scope: string, signed: string): string {
  const [path = "", query = ""] = (request.url ?? "").split("?");
  const header = (name: string) => String(request.headers[name] ?? "").trim();
  const canonical = [
    request.method,
    path,
    query.split("&").sort().join("&"),
    ...signed.split(";").map((name) => `${name}:${header(name)}`),
    "",
    signed,
    header("x-amz-content-sha256"),
  ].join("\n");
  const text = ["AWS4-HMAC-SHA256", header("x-amz-date"), scope, sha256(canonical)].join("\n");
  const key = scope.split("/").reduce<string | Buffer>(hmac, `AWS4${secretKey}`);
  return hmac(key, text).toString("hex");
}

function isSigned(request: IncomingMessage): boolean {
  const pattern =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/([^,]+),\s*SignedHeaders=([^,]+),\s*Signature=([0-9a-f]+)$/;
  const [, key, scope = "", signed = "", given] =
    pattern.exec(request.headers.authorization ?? "") ?? [];
  return key === accessKey && signature(request, scope, signed) === given;
}

async function body(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function refuse(response: ServerResponse, status: number, code: string): void {
  response.writeHead(status).end(`<?xml version="1.0"?><Error><Code>${code}</Code></Error>`);
}

function list(response: ServerResponse, prefix: string, after: string): void {
  const keys = readdirSync(folder)
    .map((name) => name.replaceAll("%", "/"))
    .filter((key) => key.startsWith(prefix) && key > after)
    .sort();
  // Short pages, so that whoever lists has to ask for the next one.
  const page = keys.slice(0, 2).map((key) => {
    const { size } = statSync(join(folder, key.replaceAll("/", "%")));
    return `<Contents><Key>${key}</Key><ETag>&quot;x&quot;</ETag><Size>${String(size)}</Size></Contents>`;
  });
  response.end(
    `<ListBucketResult><IsTruncated>${String(keys.length > 2)}</IsTruncated>\n${page.join("\n")}</ListBucketResult>`,
  );
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const content = await body(request);
  if (!isSigned(request)) {
    refuse(response, 403, "SignatureDoesNotMatch");
    return;
  }
  if (sha256(content) !== request.headers["x-amz-content-sha256"]) {
    refuse(response, 400, "XAmzContentSHA256Mismatch");
    return;
  }
  const url = new URL(request.url ?? "/", "http://store");
  const [, , ...key] = url.pathname.split("/");
  const file = join(folder, key.join("%"));
  if (request.method === "GET" && key.join("") === "") {
    list(response, url.searchParams.get("prefix") ?? "", url.searchParams.get("start-after") ?? "");
  } else if (request.method === "PUT") {
    writeFileSync(file, content);
    response.end();
  } else if (!existsSync(file)) {
    refuse(response, 404, "NoSuchKey");
  } else if (request.method === "DELETE") {
    rmSync(file);
    response.writeHead(204).end();
  } else {
    createReadStream(file).pipe(response);
  }
}

mkdirSync(folder, { recursive: true });
createServer((request, response) => {
  answer(request, response).catch((error: unknown) => {
    refuse(response, 500, String(error));
  });
}).listen(Number(port), () => {
  process.stdout.write("listening\n");
});
