import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { askRegistry, imageName } from "../../../operations/charts/registry";

const platform = (architecture: string, os = "linux") => ({ platform: { architecture, os } });

describe("asking a registry for an image's architectures", () => {
  let server: Server;
  let registry = "";
  before(async () => {
    server = createServer(({ url = "", headers }, response) => {
      const answer = (code: number, body: object, more: Record<string, string> = {}) => {
        response.writeHead(code, more).end(JSON.stringify(body));
      };
      if (url.startsWith("/token")) {
        answer(200, { token: url.includes("scope=pull") ? "anonymous" : "none" });
      } else if (headers.authorization !== "Bearer anonymous") {
        const realm = `http://${registry}/token`;
        const challenge = `Bearer realm="${realm}",service="registry",scope="pull"`;
        answer(401, {}, { "www-authenticate": challenge });
      } else if (url === "/v2/team/both/manifests/1.0") {
        const manifests = [platform("arm64"), platform("amd64"), platform("unknown", "unknown")];
        answer(200, { manifests });
      } else if (url === "/v2/team/one/manifests/1.0") {
        answer(200, { config: { digest: "sha256:1" } });
      } else if (url === "/v2/team/one/blobs/sha256:1") {
        answer(200, { architecture: "amd64" });
      } else {
        answer(404, {});
      }
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    registry = `127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  });
  after(() => server.close());

  it("needs no log-in, and reads indexes and single manifests", async () => {
    const both = `${registry}/team/both:1.0`;
    assert.deepEqual(await askRegistry(both), { image: both, built: ["amd64", "arm64"] });
    const one = `${registry}/team/one:1.0`;
    assert.deepEqual(await askRegistry(one), { image: one, built: ["amd64"] });
  });

  it("never takes silence for an answer", async () => {
    const missing = await askRegistry(`${registry}/team/missing:1.0`);
    assert.match("unknown" in missing ? missing.unknown : "", /HTTP 404/);
    const nobody = await askRegistry("127.0.0.1:1/team/none:1.0");
    assert.match("unknown" in nobody ? nobody.unknown : "", /127\.0\.0\.1:1 cannot be reached/);
  });

  it("reads references as container runtimes do", () => {
    const parts = (image: string) => Object.values(imageName(image)).join(" ");
    assert.equal(parts("busybox:1.37.0"), "docker.io library/busybox 1.37.0");
    assert.equal(parts("grafana/loki:3"), "docker.io grafana/loki 3");
    assert.equal(parts("registry.lan:5000/a/b"), "registry.lan:5000 a/b latest");
    assert.equal(parts("quay.io/a/b:1@sha256:2"), "quay.io a/b sha256:2");
  });
});
