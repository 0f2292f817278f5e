import { wiringSpec } from "../../../components/workload/wiringSpec";
import { type AppResult, wire } from "../../../components/workload/wiring/wire.ts";
import type { WiringSpec } from "../../../components/workload/wiring/spec.ts";
import { mediaConfig } from "../media";
import { startOverseerr, startPlex, startQbittorrent, startSabnzbd } from "./others";
import { startServarr, type World } from "./servarr";

const folders = ["movies", "tv", "music"].map((name) => `/data/media/${name}`);

/** All eight apps as small servers, and the means to wire them. */
export async function startStack(options: { claimed?: boolean; radarrUser?: string } = {}) {
  const world: World = Object.fromEntries(
    ["prowlarr", "radarr", "sonarr", "lidarr", "sabnzbd", "overseerr", "qbittorrent"]
      .map((name): [string, string] => [name, `secret-of-${name}`])
      .concat([
        ["web", "secret-of-web-pages"],
        ["plex", "secret-token-of-plex"],
      ]),
  );
  const servarr = (name: "prowlarr" | "radarr" | "sonarr" | "lidarr") => {
    const user = name === "radarr" ? (options.radarrUser ?? "") : "";
    return startServarr({ name, world, folders, user });
  };
  const apps = {
    prowlarr: await servarr("prowlarr"),
    radarr: await servarr("radarr"),
    sonarr: await servarr("sonarr"),
    lidarr: await servarr("lidarr"),
    qbittorrent: await startQbittorrent(world),
    sabnzbd: await startSabnzbd(world),
    plex: await startPlex(world, options.claimed ?? true),
    overseerr: await startOverseerr(world),
  };
  const declared = wiringSpec(mediaConfig());
  const spec: WiringSpec = {
    ...declared,
    apps: Object.fromEntries(
      Object.entries(apps).map(([name, { url }]) => {
        const aliases = declared.apps[name]?.aliases ?? [];
        return [name, { url, aliases }] as const;
      }),
    ),
  };
  const lines: string[] = [];
  return {
    ...{ apps, world, spec, lines },
    /** Wires the apps with what their Secret holds. */
    run: (changes: Partial<Parameters<typeof wire>[0]> = {}): Promise<AppResult[]> =>
      wire({
        spec,
        keys: { ...world, plex: undefined },
        plexToken: apps.plex.claimed ? world["plex"] : undefined,
        print: (line) => lines.push(line),
        patienceSeconds: 0,
        pauseSeconds: 0.05,
        ...changes,
      }),
    /** Requests that changed something, in all apps. */
    writes: () =>
      Object.entries(apps).flatMap(([name, { writes }]) => writes.map((one) => `${name} ${one}`)),
    forget: () => {
      for (const { writes } of Object.values(apps)) writes.length = 0;
      lines.length = 0;
    },
    stop: () => Promise.all(Object.values(apps).map(({ close }) => close())),
  };
}
