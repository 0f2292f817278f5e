import { images, type Image } from "../images";
import type { WebAccess } from "../routes";
import type { MediaSecretKey } from "./mediaSecrets";
import type { MediaAppName } from "./names";
import type { AppPort, AppRow } from "./types";

/** A row of the media stack. */
export type MediaAppRow = AppRow<MediaAppName, MediaSecretKey>;

const downloadClients = ["qbittorrent", "sabnzbd"] as const;
const libraryManagers = ["radarr", "sonarr", "lidarr"] as const;

function web(number: number): AppPort {
  return { name: "http", number, protocol: "TCP" };
}

/** They let anyone in who comes before a log-in is set; `/api` and `/feed` always want the API key. */
const servarrAccess: WebAccess = {
  authentication: "gate",
  keyedPaths: [
    { path: "/api/", type: "Prefix" },
    { path: "/feed/", type: "Prefix" },
  ],
};

interface ServarrFields {
  readonly name: "prowlarr" | (typeof libraryManagers)[number];
  readonly component: string;
  readonly description: string;
  readonly image: Image;
  readonly wave: number;
  readonly port: number;
  readonly media: MediaAppRow["media"];
  readonly limits: MediaAppRow["limits"];
  readonly calls: readonly MediaAppName[];
}

/**
 * Prowlarr, Radarr, Sonarr and Lidarr share one code base: each takes its API key from
 * `<NAME>__AUTH__APIKEY`, which wins over the key in its config.xml, and answers `/ping`.
 *
 * @see https://wiki.servarr.com/radarr/environment-variables
 */
function servarr({ port, ...fields }: ServarrFields): MediaAppRow {
  const { name } = fields;
  return {
    ...fields,
    website: `https://wiki.servarr.com/${name}`,
    ports: [web(port)],
    access: servarrAccess,
    health: { path: "/ping", statusCodes: [200] },
    configPath: "/config",
    user: "either",
    secrets: [
      {
        key: `${name}-api-key`,
        variable: `${name.toUpperCase()}__AUTH__APIKEY`,
        appliedBy: "environment",
      },
    ],
    requests: { cpu: "50m", memory: "256Mi" },
  };
}

const overseerr: MediaAppRow = {
  name: "overseerr",
  component: "request-manager",
  description: "Takes requests for films and series and hands them to Radarr and Sonarr",
  website: "https://overseerr.dev",
  image: images.overseerr,
  wave: 3,
  ports: [web(5055)],
  access: { authentication: "own" },
  health: { path: "/api/v1/status", statusCodes: [200] },
  configPath: "/config",
  media: "none",
  user: "rootFirst",
  // It reads its key from settings.json alone; Seerr reads the variable.
  secrets: [{ key: "overseerr-api-key", variable: "API_KEY", appliedBy: "file" }],
  requests: { cpu: "50m", memory: "256Mi" },
  limits: { cpu: "1", memory: "1Gi" },
  calls: ["plex", "radarr", "sonarr"],
};

/** The media apps, in the order they are deployed. */
export const mediaApps: Readonly<Record<MediaAppName, MediaAppRow>> = {
  prowlarr: servarr({
    name: "prowlarr",
    component: "indexer-manager",
    description: "Keeps the indexers and hands them to Radarr, Sonarr and Lidarr",
    image: images.prowlarr,
    wave: 1,
    port: 9696,
    media: "none",
    limits: { cpu: "1", memory: "512Mi" },
    calls: [...libraryManagers, ...downloadClients],
  }),
  qbittorrent: {
    name: "qbittorrent",
    component: "download-client",
    description: "Downloads by BitTorrent",
    website: "https://www.qbittorrent.org",
    image: images.qbittorrent,
    wave: 1,
    ports: [
      web(8080),
      { name: "torrent-tcp", number: 6881, protocol: "TCP" },
      { name: "torrent-udp", number: 6881, protocol: "UDP" },
    ],
    access: { authentication: "own" },
    health: { path: "/", statusCodes: [200] },
    configPath: "/config",
    media: "write",
    user: "either",
    environment: { WEBUI_PORT: "8080", TORRENTING_PORT: "6881" },
    // No variable sets a password: its settings file takes a PBKDF2 hash.
    secrets: [{ key: "qbittorrent-password", variable: "QBITTORRENT_PASSWORD", appliedBy: "file" }],
    requests: { cpu: "100m", memory: "1Gi" },
    limits: { cpu: "2", memory: "2Gi" },
    calls: [],
  },
  sabnzbd: {
    name: "sabnzbd",
    component: "download-client",
    description: "Downloads from Usenet",
    website: "https://sabnzbd.org",
    image: images.sabnzbd,
    wave: 1,
    ports: [web(8080)],
    // It has no log-in unless one is set, and answers to the name of its pod alone.
    access: {
      authentication: "gate",
      keyedPaths: [
        { path: "/api", type: "Exact" },
        { path: "/sabnzbd/api", type: "Exact" },
      ],
      hostHeader: "sabnzbd",
    },
    health: { path: "/api?mode=version", statusCodes: [200] },
    configPath: "/config",
    media: "write",
    user: "either",
    // It reads its key from sabnzbd.ini alone.
    secrets: [{ key: "sabnzbd-api-key", variable: "SABNZBD_API_KEY", appliedBy: "file" }],
    requests: { cpu: "100m", memory: "256Mi" },
    limits: { cpu: "2", memory: "1Gi" },
    calls: [],
  },
  radarr: servarr({
    name: "radarr",
    component: "library-manager",
    description: "Finds films, has them downloaded and files them in the library",
    image: images.radarr,
    wave: 2,
    port: 7878,
    media: "write",
    limits: { cpu: "2", memory: "1Gi" },
    calls: ["prowlarr", ...downloadClients, "plex"],
  }),
  sonarr: servarr({
    name: "sonarr",
    component: "library-manager",
    description: "Finds series, has them downloaded and files them in the library",
    image: images.sonarr,
    wave: 2,
    port: 8989,
    media: "write",
    limits: { cpu: "2", memory: "1Gi" },
    calls: ["prowlarr", ...downloadClients, "plex"],
  }),
  lidarr: servarr({
    name: "lidarr",
    component: "library-manager",
    description: "Finds music, has it downloaded and files it in the library",
    image: images.lidarr,
    wave: 2,
    port: 8686,
    media: "write",
    limits: { cpu: "2", memory: "1Gi" },
    calls: ["prowlarr", ...downloadClients, "plex"],
  }),
  overseerr,
  plex: {
    name: "plex",
    component: "media-server",
    description: "Serves the library to televisions, phones and browsers",
    website: "https://www.plex.tv",
    image: images.plex,
    wave: 4,
    ports: [web(32400)],
    webPath: "/web",
    access: { authentication: "own" },
    health: { path: "/identity", statusCodes: [200] },
    configPath: "/config",
    media: "read",
    user: "rootFirst",
    // Exchanged at start for a lasting token, and ignored once the server is claimed.
    secrets: [
      {
        key: "plex-claim-token",
        variable: "PLEX_CLAIM",
        appliedBy: "environment",
        optional: true,
      },
    ],
    requests: { cpu: "500m", memory: "4Gi" },
    limits: { cpu: "4", memory: "8Gi" },
    avoidsEtcd: true,
    calls: [],
  },
};

/**
 * Overseerr's successor, deployed in its place and under its name, so that its address, its key and
 * every link to it stay. It takes over Overseerr's configuration when it finds it.
 *
 * @see https://docs.seerr.dev/migration-guide
 */
export const seerr: MediaAppRow = {
  ...overseerr,
  website: "https://seerr.dev",
  image: images.seerr,
  configPath: "/app/config",
  user: "unprivileged",
  secrets: [{ key: "overseerr-api-key", variable: "API_KEY", appliedBy: "environment" }],
};
