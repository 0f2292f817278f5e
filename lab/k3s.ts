import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { onHost } from "./hosts";
import type { LabK3s } from "./settings";
import { buildStandin } from "./standin";

/** Environment variable that names the air-gap directory of a real k3s. */
export const k3sDirectorySwitch = "BRAMBLE_K3S_DIRECTORY";

/** A k3s for lab hosts. */
export interface ChosenK3s extends LabK3s {
  /** Whether it is k3s, or stands in for it. */
  readonly real: boolean;
}

/**
 * The k3s in an air-gap directory: its version is what the binary says.
 *
 * @throws Error with one line when there is none that runs here.
 */
export function k3sIn(directory: string): ChosenK3s {
  const folder = resolve(directory);
  const arch = process.arch === "arm64" ? "arm64" : "amd64";
  const binary = join(folder, arch === "arm64" ? "k3s-arm64" : "k3s");
  for (const file of [binary, join(folder, `sha256sum-${arch}.txt`)]) {
    if (!existsSync(file)) throw new Error(`${k3sDirectorySwitch}: ${file} is missing`);
  }
  const { stdout } = spawnSync(binary, ["--version"], { encoding: "utf8" });
  const version = /v\d+\.\d+\.\d+\S*/.exec(stdout)?.[0];
  if (version === undefined) throw new Error(`${binary} does not run here`);
  return { version, directory: folder, real: true };
}

/** The k3s that BRAMBLE_K3S_DIRECTORY names; without one the stand-in, built on first use. */
export async function chosenK3s(log: (line: string) => void): Promise<ChosenK3s> {
  const given = process.env[k3sDirectorySwitch] ?? "";
  if (given !== "") return k3sIn(given);
  const { version, directory, sha256 } = await buildStandin(log);
  return { version, directory, sha256, real: false };
}

/** Nothing in a lab without a way out could bring their images; an agent refuses to know of them. */
const serverDropIn = "disable+: [coredns, metrics-server, local-storage]\n";

/** What a real k3s is told beside its configuration, by what the machine lacks. */
const labDropIn = [
  // The machine's own settings of connection tracking are not the hosts'.
  "kube-proxy-arg+: [conntrack-max-per-core=0, conntrack-tcp-timeout-established=0s, conntrack-tcp-timeout-close-wait=0s]",
  "",
].join("\n");

const agentFolder = "/var/lib/rancher/k3s/agent";

/**
 * Makes a lab host fit for a real k3s without a way out: a drop-in beside Bramble's configuration,
 * and what the air-gap directory has for containerd (`containerd-drop-in.toml`).
 *
 * @param log told what was written.
 * @param agents which of the hosts are to be agents. Default: none.
 */
export async function prepareForRealK3s(
  lab: string,
  names: readonly string[],
  { directory }: LabK3s,
  log: (line: string) => void,
  agents: readonly string[] = [],
): Promise<void> {
  const toml = join(directory, "containerd-drop-in.toml");
  const runtime = existsSync(toml) ? readFileSync(toml, "utf8") : "";
  const file = "/etc/rancher/k3s/config.yaml.d/99-lab.yaml";
  const write = (path: string, text: string) =>
    `sudo -n mkdir -p $(dirname ${path}) && printf %s ${Buffer.from(text).toString("base64")} | base64 -d | sudo -n tee ${path} >/dev/null`;
  const containerd = `${agentFolder}/etc/containerd/config-v3.toml.d/10-lab.toml`;
  for (const name of names) {
    const text = agents.includes(name) ? labDropIn : serverDropIn + labDropIn;
    await onHost(lab, name, write(file, text));
    if (runtime !== "") await onHost(lab, name, write(containerd, runtime));
  }
  log(
    `a drop-in of the lab's own on each host: ${file}${runtime === "" ? "" : ` and ${containerd}`}`,
  );
}
