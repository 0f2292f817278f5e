import { mediaApps, seerr, type MediaAppRow } from "../../catalogue/apps/media";
import { mediaExporters } from "../../catalogue/apps/mediaExporters";
import { mediaAppNames, type MediaAppName } from "../../catalogue/apps/names";
import { nodeLocalClasses } from "../k3s/storageClass";
import type { MediaConfig } from "../../config/schema";
import type { AppSettings, StackSettings } from "./settings";
import { exportersName, wiringName } from "./toolNames";

const mediaClaim = "media-storage";
const configClaim = "media-configs";

/** A claim of the stack. */
export interface ClaimSettings {
  readonly name: string;
  readonly description: string;
  readonly storageClass: string;
  readonly size: string;
  readonly accessMode: "ReadWriteMany" | "ReadWriteOnce";
}

/** What all media apps share. */
export function mediaStackSettings(media: MediaConfig): StackSettings {
  return {
    name: "media-stack",
    namespace: media.namespace,
    podSecurity: media.podSecurity,
    commonConfig: {
      name: "media-common-config",
      data: { PUID: String(media.puid), PGID: String(media.pgid), TZ: media.timeZone },
    },
    secretName: "media-stack-secrets",
    mediaClaim,
    userId: media.puid,
    groupId: media.pgid,
    awaitReady: media.awaitReady,
  };
}

/** The rows of the apps that are on, in the order they are deployed. */
function enabledRows(media: MediaConfig): MediaAppRow[] {
  return mediaAppNames
    .filter((name) => media.apps[name].enabled)
    .map((name) =>
      name === "overseerr" && media.requestManager === "seerr" ? seerr : mediaApps[name],
    );
}

/**
 * Has Prowlarr, Radarr, Sonarr and Lidarr ask for a password from their first start. Left to
 * themselves they let whoever comes first choose one. The wiring makes the user.
 *
 * @see https://wiki.servarr.com/radarr/environment-variables
 */
function loginEnvironment({ wiring, login }: MediaConfig, app: MediaAppName) {
  if (!wiring.enabled || !["prowlarr", "radarr", "sonarr", "lidarr"].includes(app)) return {};
  const prefix = `${app.toUpperCase()}__AUTH__`;
  return {
    [`${prefix}METHOD`]: login.method === "forms" ? "Forms" : "External",
    [`${prefix}REQUIRED`]: "Enabled",
  };
}

function deviceOf({ transcoding }: MediaConfig): AppSettings["device"] {
  if (transcoding === undefined) return undefined;
  const { device, resource, nodeLabels } = transcoding;
  return { path: device, resource, nodeLabels };
}

function toolsThatCall({ wiring, exporters }: MediaConfig, app: MediaAppName): string[] {
  const exported = exporters.enabled !== false && mediaExporters.some((row) => row.app === app);
  return [...(wiring.enabled ? [wiringName] : []), ...(exported ? [exportersName] : [])];
}

/** Whether each app has a claim of its own for its settings instead of a folder of a shared one. */
function hasOwnClaims(media: MediaConfig): boolean {
  return nodeLocalClasses.includes(media.storage.configClass);
}

function configVolume(media: MediaConfig, app: MediaAppName): AppSettings["configVolume"] {
  return hasOwnClaims(media)
    ? { claim: `${configClaim}-${app}`, folder: undefined }
    : { claim: configClaim, folder: app };
}

/**
 * The apps of the media stack with everything their configuration decides, in the order they are
 * deployed.
 *
 * @throws when an app is on that the namespace's Pod Security level does not admit.
 */
export function mediaAppSettings(media: MediaConfig): AppSettings[] {
  const rows = enabledRows(media);
  const refused = rows.filter(
    (row) => media.podSecurity === "restricted" && row.user === "rootFirst",
  );
  if (refused.length > 0) {
    const names = refused.map((row) => row.name).join(", ");
    throw new Error(
      `bramble:media.podSecurity: restricted does not admit ${names}, whose images start as root: choose baseline, or turn them off`,
    );
  }
  const stack = mediaStackSettings(media);
  return rows.map((row) => ({
    row,
    stack,
    address: media.apps[row.name].address,
    configVolume: configVolume(media, row.name),
    calls: rows
      .filter(({ name }) => row.calls.includes(name))
      .map(({ name, ports }) => ({ name, port: ports[0].number })),
    calledBy: [
      ...rows.filter(({ calls }) => calls.includes(row.name)).map(({ name }) => name),
      ...toolsThatCall(media, row.name),
    ],
    wiredLogin: media.wiring.enabled && media.login.method === "forms",
    environment: loginEnvironment(media, row.name),
    device: row.name === "plex" ? deviceOf(media) : undefined,
  }));
}

/**
 * The claims of the stack. On a node-local class every app gets its own: such a volume is for one
 * host, and a shared one would force all apps onto that host.
 */
export function mediaClaims(media: MediaConfig): ClaimSettings[] {
  const { mediaClass, mediaSize, configClass, configSize } = media.storage;
  const configNames = hasOwnClaims(media)
    ? enabledRows(media).map((row) => configVolume(media, row.name).claim)
    : [configClaim];
  return [
    {
      name: mediaClaim,
      description: "Downloads and the library, one volume so that hard links work between them",
      storageClass: mediaClass,
      size: mediaSize,
      accessMode: nodeLocalClasses.includes(mediaClass) ? "ReadWriteOnce" : "ReadWriteMany",
    },
    ...configNames.map((name): ClaimSettings => ({
      name,
      description: "Settings and databases of the apps",
      storageClass: configClass,
      size: configSize,
      accessMode: hasOwnClaims(media) ? "ReadWriteOnce" : "ReadWriteMany",
    })),
  ];
}
