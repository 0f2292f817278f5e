import { mediaAppNames } from "../../../catalogue/apps/names";
import { plainName } from "./names";
import type { MapRow } from "./mapFile";

/** Words in names of Secrets that may hold what a stack needs, as `plainName` writes them. */
const words: readonly string[] = [
  ...mediaAppNames,
  ...["seerr", "mediastack", "mediasecret", "servarr", "cloudflare", "cfapitoken"],
  ...["registry", "regcred", "dockerconfig", "dockerhub", "ghcr", "imagepull", "pullsecret"],
  ...["repo", "deploykey", "slack", "discord", "telegram", "ntfy", "smtp", "alertreceiver"],
  ...["healthchecks", "heartbeat", "etcds3", "etcdsnapshot", "snapshots3"],
];

/**
 * Whether a Secret of a cluster is opened without being named: by its name, its type, or because a
 * map names it.
 */
export function mayHold(name: string, type: string, map: readonly MapRow[]): boolean {
  if (type === "kubernetes.io/dockerconfigjson") return true;
  const plain = plainName(name) ?? "";
  if (words.some((word) => plain.includes(word))) return true;
  return map.some(({ pattern }) => pattern.split(/[#/]/).includes(name));
}
