/** The media apps in the order they are deployed: each wave needs the one before it. */
export const mediaAppNames = [
  "prowlarr",
  "qbittorrent",
  "sabnzbd",
  "radarr",
  "sonarr",
  "lidarr",
  "overseerr",
  "plex",
] as const;

/** The name of a media app, which is also the name of its Deployment and Service. */
export type MediaAppName = (typeof mediaAppNames)[number];
