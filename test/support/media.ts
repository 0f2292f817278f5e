import { mediaAppSettings } from "../../components/workload/mediaSettings";
import type { AppSettings } from "../../components/workload/settings";
import { configSchema, type MediaConfig } from "../../config/schema";

/** The addresses of the media stack's users. */
export const requiredAddresses = {
  plex: "10.69.1.154",
  prowlarr: "10.69.1.155",
  radarr: "10.69.1.156",
  sonarr: "10.69.1.157",
  qbittorrent: "10.69.1.158",
  lidarr: "10.69.1.159",
  overseerr: "10.69.1.160",
  sabnzbd: "10.69.1.161",
} as const;

/** The media section as its users run it, with some fields changed. */
export function mediaConfig(changes: Record<string, unknown> = {}): MediaConfig {
  const apps = Object.fromEntries(
    Object.entries(requiredAddresses).map(([name, address]) => [name, { address }]),
  );
  return configSchema.parse({ media: { apps, ...changes } }).media;
}

/** The settings of one app. */
export function appSettings(name: string, media: MediaConfig = mediaConfig()): AppSettings {
  const found = mediaAppSettings(media).find(({ row }) => row.name === name);
  if (found === undefined) throw new Error(`${name} is not among the enabled apps`);
  return found;
}
