import { join } from "node:path";
import { labFolder } from "../../../lab/folders";
import { readStackFile } from "../../../operations/stackFile";
import { program, type ProgramResult } from "../support/run";
import { eventually, kubectl, lab, list, startCluster, type Stored } from "./server";

/** The media stack's namespace. */
export const media = "media";

/** What requirements ask of the production stack: app, address, port, wave. */
export const apps = [
  ["plex", "10.69.1.154", 32400, 4],
  ["prowlarr", "10.69.1.155", 9696, 1],
  ["radarr", "10.69.1.156", 7878, 2],
  ["sonarr", "10.69.1.157", 8989, 2],
  ["qbittorrent", "10.69.1.158", 8080, 1],
  ["lidarr", "10.69.1.159", 8686, 2],
  ["overseerr", "10.69.1.160", 5055, 3],
  ["sabnzbd", "10.69.1.161", 8080, 1],
] as const;

/** The apps' names in order. */
export const appNames: readonly string[] = apps.map(([name]) => name).sort();

type Fields = Readonly<Record<string, unknown>>;

/** Merges objects key by key, all the way down. */
function merged(base: unknown, change: unknown): unknown {
  const isFields = (value: unknown): value is Fields =>
    typeof value === "object" && value !== null && !Array.isArray(value);
  if (!isFields(base) || !isFields(change)) return change;
  const keys = [...new Set([...Object.keys(base), ...Object.keys(change)])];
  return Object.fromEntries(
    keys.map((key) => [key, key in change ? merged(base[key], change[key]) : base[key]]),
  );
}

/** The volumes of an NFS server that is not there: claims of its class bind, pods are scheduled. */
function volume(name: string, size: string) {
  return {
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: { name },
    spec: {
      storageClassName: "nfs-client",
      accessModes: ["ReadWriteMany"],
      capacity: { storage: size },
      persistentVolumeReclaimPolicy: "Retain",
      nfs: { server: "10.69.1.5", path: `/export/media/${name}` },
    },
  };
}

let kubeconfig: string | undefined;

/** Brings the cluster up, once in a run of this tier. */
export async function clusterUp(): Promise<void> {
  if (kubeconfig !== undefined) return;
  kubeconfig = await startCluster();
  for (const object of [volume("media-storage", "10Ti"), volume("media-configs", "50Gi")]) {
    kubectl("apply --filename -", object);
  }
}

/**
 * Applies the production stack, with its own values, to a cluster that exists: there are no hosts
 * and there is no SSH.
 *
 * @param change values of `bramble:media` in place of the stack's
 * @param more whole keys of the config, with prefix
 */
export async function apply(
  change: Fields = {},
  more: Readonly<Record<string, string>> = {},
): Promise<ProgramResult> {
  await clusterUp();
  const { config } = readStackFile("production");
  const kept = ["network", "storage", "platform", "charts"].flatMap((name) => {
    const value = config[`bramble:${name}`];
    return value === undefined ? [] : [[`bramble:${name}`, value]];
  });
  const stackMedia = JSON.parse(config["bramble:media"] ?? "{}") as Fields;
  return program(lab, {
    folder: join(labFolder(lab), "program"),
    secretKeys: ["bramble:kubeconfig", "bramble:deployerKubeconfig"],
    config: {
      ...(Object.fromEntries(kept) as object),
      "bramble:cluster": JSON.stringify({ name: "production", source: "existing" }),
      "bramble:media": JSON.stringify(merged(stackMedia, change)),
      "bramble:kubeconfig": kubeconfig ?? "",
      ...more,
    },
  });
}

/** The media stack's apps' pods that are not on their way out, by app. */
export function podsByApp(): Map<string, Stored> {
  const pods = list("pods", media).filter(
    ({ metadata }) => metadata.deletionTimestamp === undefined,
  );
  return new Map(
    pods
      .map((pod) => [pod.metadata.labels?.["app.kubernetes.io/name"] ?? "", pod] as const)
      .filter(([name]) => appNames.includes(name)),
  );
}

/** Names of the apps whose pod runs, in order, once they are `wanted` or a minute is over. */
export async function runningApps(wanted: readonly string[]): Promise<string[]> {
  return eventually(
    () =>
      [...podsByApp()]
        .filter(([, { status }]) => status?.["phase"] === "Running")
        .map(([name]) => name)
        .sort(),
    (names) => names.join() === wanted.join(),
  );
}
