import type { Canaries } from "../../support/canaries";
import { helmRelease, type Place } from "../../support/searchPlaces";
import { journalFields } from "../support/secretFiles";
import { kubectl, list, onServer } from "./server";

/** The type of the Secrets in which Helm keeps its releases, values included. */
const release = "helm.sh/release.v1";

interface StoredSecret {
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly type?: string;
  readonly data?: Readonly<Record<string, string>>;
}

function secrets(): StoredSecret[] {
  return list("secrets");
}

/** Every value of every Secret in the cluster that may be told from others by its length. */
export function secretValues(): Canaries {
  const found: Record<string, string> = {};
  for (const { metadata, type, data = {} } of secrets()) {
    if (type === release) continue;
    for (const [key, value] of Object.entries(data)) {
      const text = Buffer.from(value, "base64").toString("utf8");
      // Configurations hold lines that are no secret; what is secret in them is another key's value.
      if (/^\S{16,}$/.test(text))
        found[`${metadata.namespace ?? ""}/${metadata.name}/${key}`] = text;
    }
  }
  return found;
}

/** All that the cluster stores and logs where no secret may be. */
export function clusterPlaces(): Place[] {
  const kinds = kubectl("api-resources --verbs list --output name")
    .split("\n")
    .filter((kind) => kind !== "" && kind !== "secrets");
  const objects = kubectl(
    `get ${kinds.join()} --all-namespaces --show-managed-fields --ignore-not-found --output json`,
  );
  // Of Secrets: all but their values.
  const bare = secrets().map(({ data = {}, ...rest }) => ({ ...rest, keys: Object.keys(data) }));
  const releases = secrets()
    .filter(({ type }) => type === release)
    .map(({ metadata, data = {} }) => ({
      ...{ name: `Helm's release ${metadata.name}`, text: helmRelease(data["release"] ?? "") },
      holds: "chart",
    }));
  return [
    { name: "objects with their managed fields", text: objects, holds: "media-common-config" },
    { name: "what is around Secrets", text: JSON.stringify(bare), holds: "media-stack-secrets" },
    { name: "events", text: kubectl("get events --all-namespaces --output json"), holds: "Event" },
    { name: "the journal", text: onServer(`journalctl ${journalFields}`), holds: "k3s" },
    { name: "processes", text: onServer("ps axww -o args"), holds: "k3s" },
    ...releases,
  ];
}
