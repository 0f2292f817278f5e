import type { MediaAppName } from "./names";

/** Where every app sees the one shared media volume. */
export const mediaPath = "/data";

const managers = ["radarr", "sonarr", "lidarr"] as const;
const clients = ["qbittorrent", "sabnzbd"] as const;

type Manager = (typeof managers)[number];
type DownloadClient = (typeof clients)[number];

/** A library: who manages it, where it lies, and how Plex calls its kind. */
export interface MediaLibrary {
  readonly manager: Manager;
  /** Its name in Plex. */
  readonly title: string;
  readonly folder: string;
  /** Category of its downloads in every download client. */
  readonly category: string;
  readonly section: {
    readonly type: "movie" | "show" | "artist";
    readonly agent: string;
    readonly scanner: string;
  };
}

/** Where a download client puts what it loads. */
export interface MediaDownloads {
  readonly client: DownloadClient;
  readonly complete: string;
  /** Unset where it keeps unfinished downloads with the finished ones. */
  readonly incomplete?: string;
}

/** One app knows another one's address and key. */
export interface MediaLink {
  /** The app that is told. */
  readonly from: MediaAppName;
  /** The app it is told about. */
  readonly to: MediaAppName;
  /**
   * `application`: Prowlarr hands its indexers on. `downloadClient`: downloads are sent there.
   * `notification`: told of new files; needs the server's token. `server`: requests are sent there.
   * `mediaServer`: whose users and libraries are known.
   */
  readonly as: "application" | "downloadClient" | "notification" | "server" | "mediaServer";
  /** `application`: `fullSync` adds, changes and removes indexers there. */
  readonly syncLevel?: "fullSync" | "addOnly" | "disabled";
  /** `downloadClient`: category of what is sent. Default: the app's name. */
  readonly category?: string;
  /** `server`: quality profile to choose where it exists; else the first. */
  readonly profile?: string;
}

/**
 * The libraries. They and the downloads lie on one mount, since a hard link works within one only.
 *
 * @see https://trash-guides.info/File-and-Folder-Structure/
 */
export const mediaLibraries: readonly MediaLibrary[] = [
  {
    manager: "radarr",
    title: "Movies",
    folder: `${mediaPath}/media/movies`,
    category: "movies",
    section: { type: "movie", agent: "tv.plex.agents.movie", scanner: "Plex Movie" },
  },
  {
    manager: "sonarr",
    title: "TV Shows",
    folder: `${mediaPath}/media/tv`,
    category: "tv",
    section: { type: "show", agent: "tv.plex.agents.series", scanner: "Plex TV Series" },
  },
  {
    manager: "lidarr",
    title: "Music",
    folder: `${mediaPath}/media/music`,
    category: "music",
    section: { type: "artist", agent: "tv.plex.agents.music", scanner: "Plex Music" },
  },
];

/** Where downloads go. SABnzbd wants two folders, neither within the other. */
export const mediaDownloads: readonly MediaDownloads[] = [
  { client: "qbittorrent", complete: `${mediaPath}/torrents` },
  {
    client: "sabnzbd",
    complete: `${mediaPath}/usenet/complete`,
    incomplete: `${mediaPath}/usenet/incomplete`,
  },
];

function categoryOf(manager: Manager): string {
  return mediaLibraries.find((library) => library.manager === manager)?.category ?? manager;
}

/** Who is told of whom. A link whose app is turned off is not made. */
export const mediaLinks: readonly MediaLink[] = [
  ...managers.map((to): MediaLink => ({
    from: "prowlarr",
    to,
    as: "application",
    syncLevel: "fullSync",
  })),
  ...clients.map((to): MediaLink => ({
    from: "prowlarr",
    to,
    as: "downloadClient",
    category: "prowlarr",
  })),
  ...managers.flatMap((from) =>
    clients.map((to): MediaLink => ({
      from,
      to,
      as: "downloadClient",
      category: categoryOf(from),
    })),
  ),
  ...managers.map((from): MediaLink => ({ from, to: "plex", as: "notification" })),
  { from: "overseerr", to: "plex", as: "mediaServer" },
  { from: "overseerr", to: "radarr", as: "server", profile: "HD-1080p" },
  { from: "overseerr", to: "sonarr", as: "server", profile: "HD-1080p" },
];
