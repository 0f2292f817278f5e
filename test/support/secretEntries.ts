import assert from "node:assert/strict";
import { parseConfig } from "../../config/parse";
import type { Config } from "../../config/schema";
import type { SecretEntry } from "../../operations/secrets/formats/types";

/** A configuration; everything not said is the default. */
export function configOf(values: Record<string, unknown>): Config {
  const { draft } = parseConfig({
    cluster: { name: "home", source: "existing", kubeconfigPath: "~/.kube/config" },
    ...values,
  });
  assert.ok(draft);
  return draft;
}

/** A stack with a use for most secrets. */
export const fullConfig: Config = configOf({
  cluster: { name: "home", source: "k3s" },
  k3s: {
    registries: { configs: { "ghcr.io": { auth: true } } },
    snapshots: { offHost: { s3: { endpoint: "https://s3.example.org", bucket: "copies" } } },
  },
  platform: {
    certManager: { dns01: { provider: "cloudflare" } },
    monitoring: {
      heartbeat: true,
      receivers: [
        { name: "team", type: "slack", severities: ["critical"] },
        { name: "phone", type: "ntfy", severities: ["critical"], auth: true },
      ],
    },
  },
});

/** One value of a file, at a path written with `/`. */
export function entry(path: string, value: string, more: Partial<SecretEntry> = {}): SecretEntry {
  return {
    ...{ path: path.split("/"), value, encrypted: true },
    ...{ file: "vault.yml", format: "ansible-vault", ...more },
  };
}
