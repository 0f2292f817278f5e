import { mediaLinks } from "../catalogue/apps/mediaLinks";
import type { MediaAppName } from "../catalogue/apps/names";
import type { SecretRow } from "./secretRow";

const titles: Readonly<Record<MediaAppName, string>> = {
  prowlarr: "Prowlarr",
  qbittorrent: "qBittorrent",
  sabnzbd: "SABnzbd",
  radarr: "Radarr",
  sonarr: "Sonarr",
  lidarr: "Lidarr",
  overseerr: "Overseerr",
  plex: "Plex",
};

/** What is generated for the media stack, unless the stack's config brings it. */
const made = {
  kind: "generated",
  required: () => false,
  rotation: { by: "date" },
  rotationDays: 365,
  namespace: ({ media }) => media.namespace,
} as const satisfies Partial<SecretRow>;

/** The row of an app's key or password: used by the app itself and by all that are told of it. */
function keyOf(app: MediaAppName, what: "API key" | "password"): SecretRow {
  const told = mediaLinks.filter(({ to }) => to === app).map(({ from }) => titles[from]);
  return {
    ...made,
    description: `The ${what} of ${titles[app]}. Generated unless set.`,
    source: `the ${what} of the running ${titles[app]}, to keep it`,
    consumers: [...new Set([titles[app], ...told, "media wiring", "media exporters"])],
    used: ({ media }) => media.enabled && media.apps[app].enabled,
  };
}

/** Keys and passwords of the media stack that a stack may bring instead of having them made. */
export const mediaSecretRows = {
  prowlarrApiKey: keyOf("prowlarr", "API key"),
  radarrApiKey: keyOf("radarr", "API key"),
  sonarrApiKey: keyOf("sonarr", "API key"),
  lidarrApiKey: keyOf("lidarr", "API key"),
  sabnzbdApiKey: keyOf("sabnzbd", "API key"),
  overseerrApiKey: keyOf("overseerr", "API key"),
  qbittorrentPassword: keyOf("qbittorrent", "password"),
  mediaLoginPassword: {
    ...made,
    description:
      "The password of `media.login.user` in Prowlarr, Radarr, Sonarr, Lidarr and SABnzbd. Generated unless set.",
    source: "a password of your own",
    consumers: ["media wiring", "people"],
    used: ({ media }) => media.enabled && media.wiring.enabled && media.login.method === "forms",
  },
} as const satisfies Record<string, SecretRow>;
