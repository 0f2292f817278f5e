import { createHash, createHmac } from "node:crypto";
import type { Destination } from "../../../../components/k3s/destination";
import { ask } from "./ask";

type S3 = Extract<Destination, { kind: "s3" }>;

const digest = (text: string): string => createHash("sha256").update(text).digest("hex");

const mac = (key: string | Buffer, text: string): Buffer =>
  createHmac("sha256", key).update(text).digest();

/**
 * Headers of a signed GET.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
 */
export function signed(url: URL, region: string, accessKey: string, secretKey: string, now: Date) {
  const time = now.toISOString().replaceAll(/[-:]|\.\d+/g, "");
  const scope = `${time.slice(0, 8)}/${region}/s3/aws4_request`;
  const names = "host;x-amz-content-sha256;x-amz-date";
  const headers = `host:${url.host}\nx-amz-content-sha256:${digest("")}\nx-amz-date:${time}\n`;
  const query = url.search.slice(1);
  const request = ["GET", url.pathname, query, headers, names, digest("")].join("\n");
  const text = ["AWS4-HMAC-SHA256", time, scope, digest(request)].join("\n");
  const key = scope.split("/").reduce<string | Buffer>(mac, `AWS4${secretKey}`);
  const signature = mac(key, text).toString("hex");
  return {
    "x-amz-content-sha256": digest(""),
    "x-amz-date": time,
    Authorization: `AWS4-HMAC-SHA256 Credential=${accessKey}/${scope},SignedHeaders=${names},Signature=${signature}`,
  };
}

/**
 * Lists one object of the place for copies.
 *
 * @throws Error with what the store calls it, when it does not let these keys in.
 */
export async function listOne(
  { endpoint, bucket, region, pathStyle }: Pick<S3, "endpoint" | "bucket" | "region" | "pathStyle">,
  accessKey: string,
  secretKey: string,
  now: Date = new Date(),
): Promise<string> {
  const url = new URL(endpoint);
  if (!pathStyle) url.host = `${bucket}.${url.host}`;
  url.pathname = pathStyle ? `/${bucket}` : "/";
  url.search = "list-type=2&max-keys=1";
  const { status, text } = await ask(url.href, {
    headers: signed(url, region, accessKey, secretKey, now),
  });
  if (status === 200) return `${url.host} lists ${bucket}`;
  const code = /<Code>(\w+)<\/Code>/.exec(text)?.[1] ?? `HTTP ${String(status)}`;
  throw new Error(`${url.host} answers ${code}`);
}
