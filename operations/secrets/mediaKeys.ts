import type { MediaAppName } from "../../catalogue/apps/names";
import type { SecretName } from "../../config/secrets";

/** Where a running app keeps its key. */
export interface MediaKeyRow {
  readonly app: MediaAppName;
  /** Config key that takes it. */
  readonly secret: SecretName;
  /** Paths of the file within the app's config folder, the likelier first. */
  readonly files: readonly string[];
  /** Config folders inside a container, the likelier first. */
  readonly folders: readonly string[];
  /** The key in the file's text. */
  readonly read: (text: string) => string | undefined;
}

const inXml = (text: string): string | undefined =>
  /<ApiKey>\s*([^<\s]+)\s*<\/ApiKey>/.exec(text)?.[1];

/** Only `[misc]` has SABnzbd's own key; sections of servers may have keys of theirs. */
function inIni(text: string): string | undefined {
  const misc = /^\[misc\]\s*$([\s\S]*?)(?=^\[|(?![\s\S]))/m.exec(text)?.[1] ?? "";
  return /^api_key\s*=\s*"?([^"\s]+)"?\s*$/m.exec(misc)?.[1];
}

function inJson(text: string): string | undefined {
  try {
    const { main } = JSON.parse(text) as { main?: { apiKey?: unknown } };
    return typeof main?.apiKey === "string" && main.apiKey !== "" ? main.apiKey : undefined;
  } catch {
    return undefined;
  }
}

function servarr(app: "prowlarr" | "radarr" | "sonarr" | "lidarr"): MediaKeyRow {
  return {
    ...{ app, secret: `${app}ApiKey` },
    ...{ files: ["config.xml"], folders: ["/config"], read: inXml },
  };
}

/** The keys that can be taken over. */
export const mediaKeys: readonly MediaKeyRow[] = [
  servarr("prowlarr"),
  servarr("radarr"),
  servarr("sonarr"),
  servarr("lidarr"),
  {
    ...{ app: "sabnzbd", secret: "sabnzbdApiKey" },
    ...{ files: ["sabnzbd.ini"], folders: ["/config"], read: inIni },
  },
  {
    ...{ app: "overseerr", secret: "overseerrApiKey" },
    ...{ files: ["settings.json"], folders: ["/app/config", "/config"], read: inJson },
  },
];

/** What cannot be taken over, and what to do about it. */
export const notImported: readonly (readonly [MediaAppName, string])[] = [
  [
    "qbittorrent",
    "its file holds a hash, not the password: set qbittorrentPassword to the one you know, or let Bramble set a new one",
  ],
  ["plex", "it needs no key: its config folder says to whom it belongs"],
];
