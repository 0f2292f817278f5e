import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { dirname, join } from "node:path";
import { existsSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { withAgentKey, runSsh } from "../../../../operations/secrets/rotate/proofs/agent";
import { opensArgoCd, opensGrafana } from "../../../../operations/secrets/rotate/proofs/cluster";
import { LoginRefused } from "../../../../operations/secrets/rotate/patience";
import { accepted, basic } from "../../../../operations/secrets/rotate/proofs/ask";
import { listOne, signed } from "../../../../operations/secrets/rotate/proofs/s3";
import { withFolder } from "../../../support/folders";
import { makeSshKey, needsOpenSsh } from "../../../support/openSsh";

/** A server that answers by path, and notes what it was asked. */
async function served<T>(
  answer: (url: string, authorization: string) => { status: number; text?: string },
  work: (base: string) => Promise<T>,
): Promise<T> {
  const server = createServer((request, response) => {
    const { status, text = "" } = answer(request.url ?? "", request.headers.authorization ?? "");
    response.writeHead(status).end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    return await work(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}`);
  } finally {
    server.close();
  }
}

const store = { bucket: "copies", region: "us-east-1", pathStyle: true };

describe("proofs of new values", () => {
  it("sign what they ask an S3 store as Amazon documents it", () => {
    const url = new URL("https://examplebucket.s3.amazonaws.com/?max-keys=2&prefix=J");
    const secretKey = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    const at = new Date("2013-05-24T00:00:00Z");
    const { Authorization } = signed(url, "us-east-1", "AKIAIOSFODNN7EXAMPLE", secretKey, at);
    assert.match(
      Authorization,
      /Signature=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7$/,
    );
  });

  it("tell what a store calls a refusal, and neither key", async () => {
    const seen = await served(
      (url) => ({ status: url.startsWith("/copies?") ? 200 : 404 }),
      (endpoint) => listOne({ ...store, endpoint }, "canary-id", "canary-secret"),
    );
    assert.match(seen, /lists copies$/);
    const denied = "<Error><Code>SignatureDoesNotMatch</Code><Key>canary-id</Key></Error>";
    await assert.rejects(
      served(
        () => ({ status: 403, text: denied }),
        (endpoint) => listOne({ ...store, endpoint }, "canary-id", "canary-secret"),
      ),
      (error: Error) =>
        error.message.endsWith("answers SignatureDoesNotMatch") &&
        !error.message.includes("canary"),
    );
  });

  it("take an answer that is no refusal, and name the host alone: addresses may be secret", async () => {
    const answer = (url: string, authorization: string) => ({
      status:
        url === "/canary" && authorization === basic("me", "canary").Authorization ? 200 : 401,
    });
    const headers = basic("me", "canary");
    assert.doesNotMatch(
      await served(answer, (base) => accepted(`${base}/canary`, { headers })),
      /canary/,
    );
    await assert.rejects(
      served(answer, (base) => accepted(`${base}/canary`)),
      (error: Error) =>
        error.message.endsWith("answers HTTP 401") && !error.message.includes("canary"),
    );
    await assert.rejects(
      accepted("http://127.0.0.1:1/canary"),
      (error: Error) =>
        error.message.includes("does not answer: ") && !error.message.includes("canary"),
    );
  });

  it("take Argo CD at its word only when it takes the session that it gave", async () => {
    const argoCd = (loggedIn: boolean) => (url: string, authorization: string) =>
      url === "/api/v1/session"
        ? { status: 200, text: JSON.stringify({ token: "canary-session" }) }
        : {
            status: 200,
            text: JSON.stringify(
              loggedIn && authorization === "Bearer canary-session" ? { loggedIn: true } : {},
            ),
          };
    const seen = await served(argoCd(true), (base) => opensArgoCd(base, "canary"));
    assert.equal(seen, "log-in to Argo CD: HTTP 200");
    await assert.rejects(
      served(argoCd(false), (base) => opensArgoCd(base, "canary")),
      (error: Error) =>
        error.message.startsWith("Argo CD takes no session yet") &&
        !error.message.includes("canary") &&
        !(error instanceof LoginRefused),
    );
  });

  it("tell a log-in that counts against who tries from one that does not", async () => {
    for (const opens of [opensArgoCd, opensGrafana]) {
      const answers = (status: number) =>
        served(
          () => ({ status }),
          (base) => opens(base, "no"),
        );
      await assert.rejects(answers(401), LoginRefused);
      await assert.rejects(answers(503), (error) => !(error instanceof LoginRefused));
    }
  });

  it("hold a private key in an agent of their own for as long as they need it", async function () {
    needsOpenSsh(this);
    await withFolder(async (folder) => {
      const file = join(folder, "key");
      makeSshKey(file);
      const [key, half] = [readFileSync(file, "utf8"), readFileSync(`${file}.pub`, "utf8")];
      const left = await withAgentKey(key.trimEnd(), async ({ identity, environment }) => {
        assert.equal(readFileSync(identity, "utf8").split(" ")[1], half.split(" ")[1]);
        assert.match(await runSsh("ssh-add", ["-l"], environment), /ED25519/);
        return dirname(identity);
      });
      assert.ok(!existsSync(left));
      await assert.rejects(
        withAgentKey("canary", () => Promise.resolve()),
        /^Error: it is no private key/,
      );
    });
  });
});
