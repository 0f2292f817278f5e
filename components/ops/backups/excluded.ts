import type { MediaAppName } from "../../../catalogue/apps/names";

/** What a restore put aside. */
const putAside = ".before-restore-*";

const servarr = ["logs", "MediaCover", "Sentry", "Backups/scheduled", "*.pid"];

const plexFolder = "Library/Application Support/Plex Media Server";

/**
 * What is not worth a copy, as restic's patterns below an app's configuration: what the app makes
 * again by itself, or fetches.
 */
const excluded: Readonly<Record<MediaAppName, readonly string[]>> = {
  prowlarr: servarr,
  radarr: servarr,
  sonarr: servarr,
  lidarr: servarr,
  qbittorrent: ["qBittorrent/logs", "qBittorrent/cache", ".cache"],
  sabnzbd: ["logs", "Downloads"],
  overseerr: ["logs", "cache"],
  // Posters and previews are gigabytes; a scan of the library makes them again.
  plex: ["Cache", "Codecs", "Crash Reports", "Diagnostics", "Logs", "Media", "Metadata"].map(
    (name) => `${plexFolder}/${name}`,
  ),
};

/** Patterns for restic, one a line, of an app whose configuration is mounted at a path. */
export function excludedPatterns(app: string, path: string): string {
  const known: Readonly<Record<string, readonly string[] | undefined>> = excluded;
  return [...(known[app] ?? []), putAside].map((pattern) => `${path}/${pattern}\n`).join("");
}
