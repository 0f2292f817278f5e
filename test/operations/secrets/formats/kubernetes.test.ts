import assert from "node:assert/strict";
import { readSecretContent } from "../../../../operations/secrets/formats/read";

const base64 = (text: string): string => Buffer.from(text).toString("base64");

async function read(text: string, file = "secrets.yaml"): Promise<unknown[]> {
  const entries = await readSecretContent({ file, content: Buffer.from(text) });
  assert.ok(entries.every((entry) => entry.format === "kubernetes-secret" && !entry.encrypted));
  return entries.map(({ path, value, document }) => [path.join("/"), value, document]);
}

describe("Secrets of Kubernetes", () => {
  it("are found in what kubectl exports, and other objects are passed over", async () => {
    const text = `apiVersion: v1
items:
- apiVersion: v1
  data:
    a: ${base64("canary-a")}
  immutable: true
  kind: Secret
  metadata:
    annotations:
      kubectl.kubernetes.io/last-applied-configuration: |
        {"apiVersion":"v1","stringData":{"a":"canary-older"}}
    creationTimestamp: "2026-11-21T10:00:00Z"
    name: one
    namespace: media
  type: Opaque
- apiVersion: v1
  kind: ConfigMap
  data: {b: not a secret}
  metadata: {name: two}
- apiVersion: v1
  kind: Secret
  metadata: {name: three, namespace: media}
  data: {}
kind: List
metadata:
  resourceVersion: ""
`;
    assert.deepEqual(await read(text), [["media/one/a", "canary-a", undefined]]);
  });

  it("are found in every document, with the place of each", async () => {
    const text = `---
apiVersion: apps/v1
kind: Deployment
metadata: {name: app}
---
apiVersion: v1
kind: Secret
metadata: {name: app}
stringData: {key: canary-1}
---
# nothing
---
apiVersion: v1
kind: Secret
metadata: {name: other}
data: {key: "${base64("canary-2").slice(0, 8)}\\n${base64("canary-2").slice(8)}"}
`;
    assert.deepEqual(await read(text), [
      ["app/key", "canary-1", 2],
      ["other/key", "canary-2", 3],
    ]);
  });

  it("are found in a list whose items do not name their kind", async () => {
    const metadata = { name: "n", namespace: "s" };
    const items = [{ metadata, data: { key: base64("canary") } }];
    const list = { kind: "SecretList", apiVersion: "v1", items };
    assert.deepEqual(await read(JSON.stringify(list), "a.json"), [
      ["s/n/key", "canary", undefined],
    ]);
  });

  it("have what stringData says where data says otherwise", async () => {
    const secret = {
      ...{ apiVersion: "v1", kind: "Secret", metadata: { name: "n", namespace: "s" } },
      data: { key: base64("canary-old"), other: base64("canary-other") },
      stringData: { key: "canary-new", empty: "" },
    };
    assert.deepEqual(await read(JSON.stringify(secret), "secret.json"), [
      ["s/n/key", "canary-new", undefined],
      ["s/n/other", "canary-other", undefined],
      ["s/n/empty", "", undefined],
    ]);
  });
});
