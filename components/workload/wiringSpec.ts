import {
  mediaDownloads,
  mediaLibraries,
  mediaLinks,
  mediaPath,
} from "../../catalogue/apps/mediaLinks";
import type { MediaConfig } from "../../config/schema";
import { mediaAppSettings } from "./mediaSettings";
import type { AppSettings } from "./settings";
import type { AppTarget, WiringSpec } from "./wiring/spec.ts";

/** Where the wiring sees Plex's own folder, to read its token. */
export const plexPath = "/plex";

const plexPreferences = `${plexPath}/Library/Application Support/Plex Media Server/Preferences.xml`;

function targetOf({ row, stack, address }: AppSettings): AppTarget {
  const { name, ports } = row;
  const inNamespace = `${name}.${stack.namespace}`;
  return {
    url: `http://${name}:${String(ports[0].number)}`,
    aliases: [
      ...[inNamespace, `${inNamespace}.svc`, `${inNamespace}.svc.cluster.local`],
      ...(address === undefined ? [] : [address]),
    ],
  };
}

/**
 * What the wiring declares, from the tables and the apps that are on: a link, library or folder of
 * an app that is off is left out.
 */
export function wiringSpec(media: MediaConfig): WiringSpec {
  const apps = Object.fromEntries(
    mediaAppSettings(media).map((app) => [app.row.name, targetOf(app)] as const),
  );
  const isOn = (app: string): boolean => app in apps;
  return {
    apps,
    links: mediaLinks.filter(({ from, to }) => isOn(from) && isOn(to)),
    libraries: mediaLibraries.filter(({ manager }) => isOn(manager)),
    downloads: mediaDownloads.filter(({ client }) => isOn(client)),
    mediaPath,
    ...(isOn("plex") && { plexPreferences }),
    ...(media.login.method === "forms" && { webUser: media.login.user }),
  };
}
