/** How an app is reached. */
export interface AppTarget {
  /** Address inside the cluster, such as `http://radarr:7878`. */
  readonly url: string;
  /** Other host names and addresses of the same app: what a person may have typed. */
  readonly aliases: readonly string[];
}

/** A library: who manages it and where it lies. */
export interface Library {
  readonly manager: string;
  /** Its name in Plex and, where one is needed, of the root folder. */
  readonly title: string;
  /** Its folder, the same path in every app. */
  readonly folder: string;
  /** Category of its downloads in every download client. */
  readonly category: string;
  /** How Plex calls this kind of library. */
  readonly section: { readonly type: string; readonly agent: string; readonly scanner: string };
}

/** Where a download client puts what it loads. */
export interface DownloadFolders {
  readonly client: string;
  readonly complete: string;
  /** Unset where the client keeps unfinished downloads with the finished ones. */
  readonly incomplete?: string;
}

/** One app knows another one's address and key. */
export interface Link {
  /** The app that is told. */
  readonly from: string;
  /** The app it is told about. */
  readonly to: string;
  readonly as: "application" | "downloadClient" | "notification" | "server" | "mediaServer";
  /** `application`: how Prowlarr keeps the app's indexers. */
  readonly syncLevel?: string;
  /** `downloadClient`: category of what this app sends. */
  readonly category?: string;
  /** `server`: the quality profile to choose where the app has it; else its first. */
  readonly profile?: string;
}

/** Everything that is declared. Holds no secret. */
export interface WiringSpec {
  readonly apps: Readonly<Record<string, AppTarget>>;
  readonly links: readonly Link[];
  readonly libraries: readonly Library[];
  readonly downloads: readonly DownloadFolders[];
  /** Where the media volume is mounted: nothing is stored outside of it. */
  readonly mediaPath: string;
  /** Plex's own settings file, which holds its token once it is claimed. */
  readonly plexPreferences?: string;
  /** User of the web pages that Bramble gives a password. Unset: the pages are left alone. */
  readonly webUser?: string;
}

/** Keys and passwords by name: `radarr` is Radarr's key, `web` the password of the web pages. */
export type Keys = Readonly<Record<string, string | undefined>>;

/** User of qBittorrent's web page. */
export const qbittorrentUser = "admin";

/** Name of a key in the environment of the Job. */
export function keyVariable(name: string): string {
  return `${name.toUpperCase()}_KEY`;
}

/** The keys in an environment. */
export function keysOf(
  names: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Keys {
  return Object.fromEntries(
    names.map((name) => {
      const value = environment[keyVariable(name)];
      return [name, value === "" ? undefined : value];
    }),
  );
}
