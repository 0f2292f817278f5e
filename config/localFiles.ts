import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { chartFileProblems } from "./chartFiles";
import { kubeconfigMistakes } from "./kubeconfigMistakes";
import { localPath } from "./localPath";
import type { Problem } from "./problems";
import type { Config } from "./schema";

/** A release's binary and its file of digests, by architecture. */
const releaseParts = {
  amd64: { binary: "k3s", sums: "sha256sum-amd64.txt" },
  arm64: { binary: "k3s-arm64", sums: "sha256sum-arm64.txt" },
} as const;

type Architecture = keyof typeof releaseParts;

const architectures = Object.keys(releaseParts) as Architecture[];

/** The architectures that an air-gap directory holds k3s for. */
export function airGapArchitectures(directory: string): Architecture[] {
  return architectures.filter((name) =>
    existsSync(join(localPath(directory), releaseParts[name].binary)),
  );
}

function airGapProblems({ k3s }: Config): Problem[] {
  const { airGapDirectory, checksums } = k3s;
  if (airGapDirectory === undefined) return [];
  const path = "k3s.airGapDirectory";
  const directory = localPath(airGapDirectory);
  if (statSync(directory, { throwIfNoEntry: false })?.isDirectory() !== true) {
    return [{ path, message: `${airGapDirectory} is not a directory on this machine: make it` }];
  }
  const present = airGapArchitectures(directory);
  if (present.length === 0) {
    const mend = "copy `k3s` (amd64) or `k3s-arm64` of the release there";
    return [{ path, message: `${airGapDirectory} holds no k3s: ${mend}` }];
  }
  return present
    .filter((name) => checksums[name] === undefined)
    .filter((name) => !existsSync(join(directory, releaseParts[name].sums)))
    .map((name) => ({
      path,
      message: `${airGapDirectory} has ${releaseParts[name].binary} without ${releaseParts[name].sums}: copy it there, or pin k3s.checksums.${name}`,
    }));
}

function caFileProblems({ k3s }: Config): Problem[] {
  return Object.entries(k3s.registries.configs).flatMap(([registry, { tls }]) => {
    if (tls.caFile === undefined) return [];
    const path = `k3s.registries.configs.${registry}.tls.caFile`;
    const file = localPath(tls.caFile);
    if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true) {
      return [{ path, message: `${tls.caFile} is not a file on this machine` }];
    }
    return readFileSync(file, "utf8").includes("-----BEGIN CERTIFICATE-----")
      ? []
      : [{ path, message: `${tls.caFile} holds no certificate in PEM form` }];
  });
}

/** What is wrong with the kubeconfig file of an existing cluster, where no secret holds one. */
export function kubeconfigFileProblems({ cluster }: Config): Problem[] {
  const { source, access, kubeconfigPath, context } = cluster;
  if (source !== "existing" || access !== "admin" || kubeconfigPath === undefined) return [];
  const path = "cluster.kubeconfigPath";
  const file = localPath(kubeconfigPath);
  if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true) {
    return [{ path, message: `${kubeconfigPath} is not a file on this machine` }];
  }
  return kubeconfigMistakes(readFileSync(file, "utf8"), context).map((what) => ({
    path,
    message: `${kubeconfigPath} ${what}`,
  }));
}

/** What is wrong with files of this machine that the configuration names. */
export function localFileProblems(config: Config): Problem[] {
  if (config.cluster.source === "existing") return chartFileProblems(config);
  return [...airGapProblems(config), ...caFileProblems(config), ...chartFileProblems(config)];
}
