import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { parseConfig } from "../../../config/parse";
import type { Config } from "../../../config/schema";
import { clusterAccess, noteAccess } from "../../../operations/ssh/journal";
import type { Kubectl } from "../../../operations/cluster/kubectl";
import { issuePersonAccess, personMistake } from "../../../operations/kubeconfig/person";
import { withFolder } from "../../support/folders";

const config = ((): Config => {
  const people = [{ role: "view" }, { role: "edit", namespaces: ["media"] }];
  const { draft } = parseConfig({ cluster: { name: "home", source: "existing", people } });
  return draft ?? assert.fail();
})();

describe("a certificate for a person", () => {
  const request = { name: "guest", role: "view", hours: 8 };

  it("is for roles of the stack's config alone, and ends soon", () => {
    assert.equal(personMistake(request, config), undefined);
    assert.equal(
      personMistake({ ...request, role: "edit", namespace: "media" }, config),
      undefined,
    );
    for (const [change, mistake] of [
      [{ role: "edit" }, /role edit: add \{ role: edit \} to cluster\.people, then pulumi up/],
      [{ namespace: "media" }, /role view in media: add \{ role: view, namespaces: \[media\] \}/],
      [{ role: "cluster-admin" }, /cluster-admin is for emergencies only/],
      [{ hours: 169 }, /--hours: a whole number from 1 to 168; a certificate cannot be revoked/],
      [{ hours: 0.5 }, /--hours/],
      [{ name: "guest/O=system:masters" }, /is no name for a certificate/],
      [{ name: "system:admin" }, /is no name for a certificate/],
    ] as const) {
      assert.match(personMistake({ ...request, ...change }, config) ?? "", mistake);
    }
  });

  it("has a key that nobody but its holder sees", () =>
    withFolder(async (folder) => {
      const asked: { args: readonly string[]; input: string }[] = [];
      let certificate = "";
      const kubectl: Kubectl = (args, input = "") => {
        asked.push({ args, input });
        if (args[0] === "create") {
          const { spec } = JSON.parse(input) as { spec: Record<string, string | number> };
          assert.equal(spec["signerName"], "kubernetes.io/kube-apiserver-client");
          assert.equal(spec["expirationSeconds"], 8 * 3600);
          const csr = join(folder, "csr.pem");
          writeFileSync(csr, Buffer.from(String(spec["request"]), "base64"));
          const openssl = (...words: string[]) =>
            execFileSync("openssl", words, { encoding: "utf8", stdio: "pipe" });
          const subject = openssl("req", "-in", csr, "-noout", "-subject", "-verify");
          assert.match(subject, /O ?= ?bramble:view, ?CN ?= ?bramble:guest/);
          const authority = ["-keyout", join(folder, "ca.key"), "-out", join(folder, "ca.crt")];
          openssl("req", "-x509", "-newkey", "ed25519", "-nodes", "-subj", "/CN=ca", ...authority);
          const signed = ["-CA", join(folder, "ca.crt"), "-CAkey", join(folder, "ca.key")];
          certificate = openssl("x509", "-req", "-in", csr, "-days", "1", ...signed);
          return Promise.resolve("");
        }
        if (args[0] === "get") {
          const status = { certificate: Buffer.from(certificate).toString("base64") };
          return Promise.resolve(JSON.stringify({ status }));
        }
        if (args[0] === "config") {
          const cluster = { server: "https://10.0.0.1:6443" };
          return Promise.resolve(JSON.stringify({ clusters: [{ cluster }] }));
        }
        return Promise.resolve("");
      };
      const access = await issuePersonAccess(kubectl, "home", request);
      assert.match(access.serial, /^[0-9A-F]+$/);
      const { users, contexts } = parse(access.kubeconfig) as {
        users: { name: string; user: Record<string, string> }[];
        contexts: { name: string; context: object }[];
      };
      assert.equal(contexts[0]?.name, "home-guest-view");
      const key = Buffer.from(users[0]?.user["client-key-data"] ?? "", "base64").toString();
      assert.match(key, /BEGIN PRIVATE KEY/);
      const body = key.split("\n")[1] ?? assert.fail();
      for (const { args, input } of asked) {
        assert.ok(!args.join(" ").includes(body) && !input.includes(body));
      }
      assert.deepEqual(asked.at(-1)?.args.slice(0, 2), ["delete", "csr"]);
    }));

  it("is noted beside those for SSH, without a key, and read back", () =>
    withFolder((folder) => {
      const until = "2026-11-21T20:00:00.000Z";
      const common = { time: "2026-11-21T12:00:00.000Z", operator: "me", until };
      noteAccess("home", { ...common, serial: "5", key: "SHA256:x", principals: ["pi"] }, folder);
      const entry = {
        ...{ kind: "kubernetes" as const, ...common, name: "guest", user: "bramble:guest" },
        ...{ role: "edit", namespace: "media", serial: "0A" },
      };
      const file = noteAccess("home", entry, folder);
      assert.equal(readFileSync(file, "utf8").trim().split("\n").length, 2);
      assert.deepEqual(clusterAccess("home", folder), [entry]);
      assert.deepEqual(clusterAccess("other", folder), []);
    }));
});
