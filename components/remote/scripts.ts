import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** Where the scripts live on a host, owned by root. */
export const scriptDirectory = "/usr/local/lib/bramble";

/** Every script that runs on hosts, and where it lives in this repository. */
const scriptPaths = {
  "lib.sh": "remote/scripts/lib.sh",
  "file.sh": "remote/scripts/file.sh",
  "bundle.sh": "remote/scripts/bundle.sh",
  "facts.sh": "host/scripts/facts.sh",
  "preflight.sh": "host/scripts/preflight.sh",
  "prepare.sh": "host/scripts/prepare.sh",
  "reboot.sh": "host/scripts/reboot.sh",
  "host-metrics.sh": "host/scripts/host-metrics.sh",
  "nfs-export.sh": "host/scripts/nfs-export.sh",
  "ssh-ca.sh": "host/scripts/ssh-ca.sh",
  "sudoers.sh": "host/scripts/sudoers.sh",
  "etcd.sh": "k3s/scripts/etcd.sh",
  "service.sh": "k3s/scripts/service.sh",
  "installed.sh": "k3s/scripts/installed.sh",
  "touch.sh": "k3s/scripts/touch.sh",
  "tokens.sh": "k3s/scripts/tokens.sh",
  "authority.sh": "k3s/scripts/authority.sh",
  "k3s-rotate.sh": "k3s/scripts/k3s-rotate.sh",
  "k3s.sh": "k3s/scripts/k3s.sh",
  "k3s-install.sh": "k3s/scripts/k3s-install.sh",
  "stopping.sh": "k3s/scripts/stopping.sh",
  "k3s-teardown.sh": "k3s/scripts/k3s-teardown.sh",
  "k3s-node.sh": "k3s/scripts/k3s-node.sh",
  "k3s-kubeconfig.sh": "k3s/scripts/k3s-kubeconfig.sh",
  "k3s-labels.sh": "k3s/scripts/k3s-labels.sh",
  "volumes.sh": "k3s/scripts/volumes.sh",
  "snapshots.sh": "k3s/scripts/snapshots.sh",
  "s3.sh": "k3s/scripts/s3.sh",
  "offhost.sh": "k3s/scripts/offhost.sh",
  "restored.sh": "k3s/scripts/restored.sh",
  "k3s-snapshot.sh": "k3s/scripts/k3s-snapshot.sh",
  "k3s-restore.sh": "k3s/scripts/k3s-restore.sh",
  "k3s-volumes.sh": "k3s/scripts/k3s-volumes.sh",
} as const;

/** The name of a script on the host. */
export type ScriptName = keyof typeof scriptPaths;

/** The names of all scripts. */
export const scriptNames = Object.keys(scriptPaths) as ScriptName[];

const cache = new Map<ScriptName, string>();

/** The text of a script. */
export function scriptText(name: ScriptName): string {
  const known = cache.get(name);
  if (known !== undefined) return known;
  const text = readFileSync(join(__dirname, "..", scriptPaths[name]), "utf8");
  cache.set(name, text);
  return text;
}

/** A script with all that it sources, directly or not, itself last. */
function withSourced(name: ScriptName): ScriptName[] {
  const sourced = [...scriptText(name).matchAll(/^source "\$\(dirname "\$0"\)\/(.+)"$/gm)];
  const parts = sourced.flatMap(([, file]) => withSourced(file as ScriptName));
  return [...new Set([...parts, name])];
}

/** A short digest of a script and what it sources: it changes when the script does. */
export function scriptRevision(name: ScriptName): string {
  const hash = createHash("sha256");
  for (const part of withSourced(name)) hash.update(scriptText(part)).update("\0");
  return hash.digest("hex").slice(0, 12);
}

/** Starts a script in the stream that installs all of them; no script contains such a line. */
const separator = "#### bramble script";

/**
 * All scripts as one text that `renderInstall` splits into files again.
 *
 * @param more scripts to send along, by file name.
 */
export function scriptBundle(more: Readonly<Record<string, string>> = {}): string {
  const own = scriptNames.map((name) => [name, scriptText(name)] as const);
  return [...own, ...Object.entries(more)]
    .map(([name, text]) => `${separator} ${name}\n${text}`)
    .join("");
}
