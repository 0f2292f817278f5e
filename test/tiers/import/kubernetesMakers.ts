import { stringify } from "yaml";
import { type ExpectedEntry, type Maker } from "./made";
import { edgeBytes, edgeNames, edgeValues } from "./values";
import type { Workshop } from "./workshop";

const key = "throwaway-keys/sealing.key";
const certificate = "throwaway-keys/sealing.crt";
const exported = "throwaway-keys/sealing-secrets.yaml";

/** A pair as the controller makes it, which is also what its Secrets look like when they are kept. */
async function sealingPair({ run, read, write }: Workshop): Promise<void> {
  try {
    read(key);
  } catch {
    const subject = ["-subj", "/O=sealed-secrets", "-days", "3650"];
    const files = ["-keyout", key, "-out", certificate];
    await run("openssl", ["req", "-x509", "-newkey", "rsa:4096", "-nodes", ...files, ...subject]);
    const other = await run("openssl", ["genrsa", "4096"]);
    const items = [other, read(key)].map((pem, index) => ({
      ...{ apiVersion: "v1", kind: "Secret", type: "kubernetes.io/tls" },
      metadata: { name: `sealed-secrets-key${index}`, namespace: "kube-system" },
      data: { "tls.key": Buffer.from(pem).toString("base64") },
    }));
    write(exported, stringify({ apiVersion: "v1", kind: "List", items }));
  }
}

const base64 = (value: string | Buffer): string => Buffer.from(value).toString("base64");

const secret = {
  ...{ apiVersion: "v1", kind: "Secret", type: "Opaque", immutable: true },
  metadata: { name: "canary", namespace: "media" },
  data: {
    ...Object.fromEntries(edgeNames.map((name) => [name, base64(edgeValues[name])])),
    bytes: base64(edgeBytes),
  },
};

function expectedSecret(encrypted: boolean): ExpectedEntry[] {
  const path = ["media", "canary"];
  return [
    ...edgeNames.map((name) => ({ path: [...path, name], value: edgeValues[name], encrypted })),
    { path: [...path, "bytes"], value: base64(edgeBytes), encrypted, encoding: "base64" },
  ];
}

const sealedIn = (scope: string, keyFile: string): Maker => ({
  name: `sealed-${scope}.yaml`,
  needs: ["kubeseal"],
  make: async (workshop) => {
    await sealingPair(workshop);
    const args = ["--cert", certificate, "--format", "yaml", "--scope", scope];
    const made = await workshop.run("kubeseal", args, JSON.stringify(secret));
    workshop.write(`sealed-${scope}.yaml`, made);
    return {
      format: "sealed-secret",
      keys: { sealingKeyFiles: [keyFile] },
      expected: expectedSecret(true),
    };
  },
});

/** Secrets of Kubernetes, sealed and not. */
export const kubernetesMakers: readonly Maker[] = [
  sealedIn("strict", key),
  sealedIn("namespace-wide", exported),
  sealedIn("cluster-wide", exported),
  {
    ...{ name: "sealed-strict.json", needs: ["kubeseal"] },
    make: async (workshop) => {
      await sealingPair(workshop);
      const args = ["--cert", certificate, "--format", "json"];
      const made = await workshop.run("kubeseal", args, JSON.stringify(secret));
      workshop.write("sealed-strict.json", made);
      const expected = expectedSecret(true);
      return { format: "sealed-secret", keys: { sealingKeyFiles: [key] }, expected };
    },
  },
  {
    ...{ name: "sealed-one.yaml", needs: ["kubeseal"] },
    make: async (workshop) => {
      await sealingPair(workshop);
      const one = { ...secret, data: { key: base64("canary-sealed") } };
      const args = ["--cert", certificate, "--format", "yaml"];
      workshop.write("sealed-one.yaml", await workshop.run("kubeseal", args, JSON.stringify(one)));
      return {
        ...{ format: "sealed-secret", keys: { sealingKeyFiles: [key] } },
        expected: [{ path: ["media", "canary", "key"], value: "canary-sealed", encrypted: true }],
      };
    },
  },
  {
    ...{ name: "secret.yaml", needs: ["kubectl"] },
    make: async (workshop) => {
      const names = [...edgeNames, "bytes"];
      for (const name of edgeNames) workshop.write(`values/${name}`, edgeValues[name]);
      workshop.write("values/bytes", edgeBytes);
      const files = names.map((name) => `--from-file=${name}=values/${name}`);
      const args = ["create", "secret", "generic", "canary", "--namespace", "media", ...files];
      const made = await workshop.run("kubectl", [...args, "--dry-run=client", "--output=yaml"]);
      workshop.remove("values");
      workshop.write("secret.yaml", made);
      return { format: "kubernetes-secret", expected: expectedSecret(false) };
    },
  },
];
