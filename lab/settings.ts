import { existsSync, readFileSync } from "node:fs";
import type { SecretName } from "../config/secrets";
import { type InProcessConfig, projectName, readStackFile } from "../operations/stackFile";
import type { LabHost, LabHostSpec } from "./hosts";

/** The stack that the lab runs. */
export const labStack = "local";

/** A release of k3s, or its stand-in, in a folder of this machine. */
export interface LabK3s {
  readonly version: string;
  readonly directory: string;
  /** Digest of the binary, pinned where the version alone does not tell one build from the next. */
  readonly sha256?: string;
}

/** What the lab puts in place of values of the stack's file. */
export interface LabOverrides {
  readonly hosts: readonly LabHost[];
  readonly k3s: LabK3s;
  /** How often each host was begun anew. Default: once. */
  readonly generations?: ReadonlyMap<string, number>;
  /** See `media.awaitReady` in the schema. */
  readonly awaitReady: boolean;
  /** Whether the platform's charts are left out. */
  readonly withoutCharts: boolean;
}

type Fields = Record<string, unknown>;

const stackKey = (name: string): string => `${projectName}:${name}`;

function parsed(config: Readonly<Record<string, string>>, name: string): unknown {
  const text = config[stackKey(name)];
  return text === undefined ? {} : (JSON.parse(text) as unknown);
}

/** The hosts that the stack's file wants. */
export function labHostSpecs(): LabHostSpec[] {
  const rows = parsed(readStackFile(labStack).config, "hosts") as LabHostSpec[];
  return rows.map(({ name, address }) => ({ name, address }));
}

/** Kubelet refuses cgroup v1 unless told otherwise; the machine's cgroups are the hosts'. */
function kubeletArguments(): string[] {
  return existsSync("/sys/fs/cgroup/cgroup.controllers") ? [] : ["fail-cgroupv1=false"];
}

/**
 * Keys of `bramble:platform` that switch its parts on and off. Without charts nothing sends traces,
 * and their volume would keep each host that holds it from being rebuilt.
 */
const platformSwitches = [
  "traefik",
  "metallb",
  "certManager",
  "monitoring",
  "logging",
  "tracing",
  "argocd",
];

/**
 * The stack's config as the lab runs it: the file's values, less what a person would fill in (host
 * keys, the SSH key), plus what the lab has in place of releases and charts.
 */
export function labConfig(overrides: LabOverrides, sshKeyFile: string): InProcessConfig {
  const secrets: Partial<Record<SecretName, string>> = {
    sshPrivateKey: readFileSync(sshKeyFile, "utf8"),
  };
  const { config, secretKeys } = readStackFile(labStack, secrets);
  const { version, directory, sha256 } = overrides.k3s;
  const arch = process.arch === "arm64" ? "arm64" : "amd64";
  const keys = new Map(overrides.hosts.map(({ name, hostKey }) => [name, hostKey]));
  const platform = parsed(config, "platform") as Fields;
  const generationOf = (name: string): Fields => {
    const generation = overrides.generations?.get(name) ?? 1;
    return generation > 1 ? { generation } : {};
  };
  const values: Fields = {
    hosts: (parsed(config, "hosts") as (LabHostSpec & Fields)[]).map((row) => ({
      ...row,
      hostKey: keys.get(row.name),
      ...generationOf(row.name),
    })),
    k3s: {
      ...(parsed(config, "k3s") as Fields),
      version,
      airGapDirectory: directory,
      kubeletArgs: kubeletArguments(),
      ...(sha256 === undefined ? {} : { checksums: { [arch]: sha256 } }),
    },
    media: { ...(parsed(config, "media") as Fields), awaitReady: overrides.awaitReady },
    platform: overrides.withoutCharts
      ? Object.fromEntries(
          platformSwitches.map((name) => [
            name,
            { ...(platform[name] as Fields | undefined), enabled: false },
          ]),
        )
      : platform,
  };
  const changed = Object.entries(values).map(([name, value]) => [
    stackKey(name),
    JSON.stringify(value),
  ]);
  return { config: { ...config, ...(Object.fromEntries(changed) as object) }, secretKeys };
}
